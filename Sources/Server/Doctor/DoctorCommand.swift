package import ArgumentParser
import Operations
import Storage
import StorageSQLite

package struct DoctorCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check the installation and its data.",
        discussion: """
            Checks owner and mode of the files, the limit of file descriptors, the TLS certificate, the clock, the integrity of the database, the \
            key-encryption keys and the signed rows, and requests /v2/ of each registry once, without a credential. Prints one line for each \
            result, which begins with 'ok' or 'FAILED'. Stop the server first, and give its settings with --config.

            The server signs security-relevant rows: accounts, API keys, memberships, registries and repositories. Credentials are sealed. It does \
            not use a row that was changed by anything else. This command lists such rows with their names and values.

            Check the values before you sign a row: someone with write access to the database may have pointed a repository at another \
            credential, or made a user an administrator. Every signing is recorded in the audit trail. A changed credential cannot be signed: \
            start the server and update the repository with the user name and password.

            The revocation journal has revoked keys, disabled accounts and all names, outside the database. The server does not start if the \
            journal was lost. With --rebuild-journal, this command adds the entries that follow from the data. Do this only if there is no \
            copy of the journal: if the data is an older copy, keys that were revoked since then become valid again.

            With --sign, --sign-all or --rebuild-journal, the command only checks the rows afterwards.

            Exit codes: 0 all checks passed, 1 some failed, 64 usage, 69 data in use, 74 data not readable, 78 configuration or key.
            """)

    @OptionGroup package var places: DataOptions

    @Option(help: ArgumentHelp("Sign this row with its stored values. Can be repeated.", valueName: "row"))
    package var sign: [String] = []

    @Flag(help: "Sign all rows with their stored values.")
    package var signAll = false

    @Flag(help: "Add the entries that follow from the data to a revocation journal that was lost.")
    package var rebuildJournal = false

    @Flag(help: "Do not connect to registries.")
    package var offline = false

    package init() {}

    package func run() async throws {
        var isHealthy = true
        try await StartError.reporting {
            let rows = try sign.map { text in
                guard let row = RowName(text) else {
                    throw StartError(.usage, "'\(text)' names no row: 'lighterman doctor' lists names such as apikey:abcdefghijkl")
                }
                return row
            }
            let server = Server(settings: try await places.settings())
            isHealthy =
                if rows.isEmpty, !signAll, !rebuildJournal {
                    try await server.examine(connects: !offline)
                } else {
                    try await server.repair(signing: rows, all: signAll, rebuildsJournal: rebuildJournal)
                }
        }
        if !isHealthy { throw ExitCode(1) }
    }
}

extension Server {
    /// - Returns: whether all checks passed.
    func examine(connects: Bool) async throws -> Bool {
        let checkup = Checkup(server: self)
        let machine = checkup.machine()
        guard show(machine) || machine.allSatisfy({ $0.isGood || $0.check != .modes }) else { return false }
        let (store, deployment, journal) = try await openForRepair()
        let isHealthy = show(
            try await checkup.data(store, of: deployment, journal, connects: connects), after: machine)
        try store.close()
        return isHealthy
    }

    /// - Returns: whether all rows verify.
    func repair(signing names: [RowName], all: Bool, rebuildsJournal: Bool) async throws -> Bool {
        let (store, deployment, journal) = try await openForRepair(rebuildsJournal: rebuildsJournal)
        let examination = ExamineRows(store: store, deployment: deployment, journal: journal)
        for name in names { try await sign(name, by: examination) }
        if all { StandardStream.output.write("signed all \(try await examination.signAll()) rows\n") }
        let isHealthy = show(try await Checkup(server: self).rows(examination))
        try store.close()
        return isHealthy
    }

    private func openForRepair(
        rebuildsJournal: Bool = false
    ) async throws -> (SQLiteStore, OpenedDeployment, RevocationFile) {
        let store = try openStore(in: try openDirectory())
        let journal = RevocationFile(settings.revocations)
        guard let deployment = try await openExisting(in: store, journal, rebuildsJournal: rebuildsJournal) else {
            throw try await nothingYet(in: store)
        }
        return (store, deployment, journal)
    }

    /// - Returns: whether these and earlier checks passed.
    private func show(_ findings: [Finding], after earlier: [Finding] = []) -> Bool {
        for finding in findings { StandardStream.output.write(finding.line + "\n") }
        let rows = findings.filter { $0.check == .rows && !$0.isGood }
        if !rows.isEmpty {
            StandardStream.error.write(
                "lighterman: \(rows.count) rows were changed outside the server and are not used. Look at their values, then sign a row with "
                    + "'lighterman doctor --sign ROW', or restore a backup\n")
        }
        return (earlier + findings).allSatisfy(\.isGood)
    }

    private func sign(_ name: RowName, by examination: ExamineRows) async throws {
        guard name.kind != .credential else {
            throw StartError(
                .usage,
                "a credential cannot be signed: start the server and update the repository with 'docker-cloud repository update'")
        }
        do {
            try await examination.sign(name)
        } catch StoreError.stale {
            throw StartError(.usage, "there is no row '\(name)': 'lighterman doctor' lists the rows that were changed")
        } catch StoreError.unreadable(let reason) {
            throw StartError(.usage, "the row '\(name)' cannot be signed, because its values are not valid: \(reason). Restore a backup.")
        }
        StandardStream.output.write("signed \(name)\n")
    }
}
