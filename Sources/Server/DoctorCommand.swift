package import ArgumentParser
import Operations
import Storage
import StorageSQLite

package struct DoctorCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "List stored rows that were changed outside the server.",
        discussion: """
            The server signs security-relevant rows: accounts, API keys, memberships, registries and repositories. Credentials are sealed. It does \
            not use a row that was changed by anything else. This command lists such rows with their names and values. Stop the server first.

            Check the values before you sign a row: someone with write access to the database may have pointed a repository at another \
            credential, or made a user an administrator. Every signing is recorded in the audit trail. A changed credential cannot be signed: \
            start the server and update the repository with the user name and password.

            Exit codes: 0 all rows verify, 1 some do not, 64 usage, 69 data in use, 74 data not readable, 78 configuration or key.
            """)

    @OptionGroup package var places: DataOptions

    @Option(help: ArgumentHelp("Sign this row with its stored values. Can be repeated.", valueName: "row"))
    package var sign: [String] = []

    @Flag(help: "Sign all rows with their stored values.")
    package var signAll = false

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
            isHealthy = try await Server(settings: try await places.settings()).examineRows(signing: rows, all: signAll)
        }
        if !isHealthy { throw ExitCode(1) }
    }
}

extension Server {
    /// - Returns: whether all rows verify.
    func examineRows(signing names: [RowName], all: Bool) async throws -> Bool {
        let directory = try openDirectory()
        let store = try openStore(in: directory)
        guard let deployment = try await openExisting(in: store, RevocationFile(settings.revocations)) else { throw nothingYet }
        let examination = ExamineRows(store: store, sealer: deployment.sealer)
        for name in names { try await sign(name, by: examination) }
        if all { StandardStream.output.write("signed all \(try await examination.signAll()) rows\n") }
        let rows = try await examination.unverified()
        for row in rows { StandardStream.output.write("\(row.name) \(row.content ?? "(unreadable)")\n") }
        if rows.isEmpty {
            StandardStream.output.write("all rows verify\n")
        } else {
            StandardStream.error.write(
                "lighterman: \(rows.count) rows were changed outside the server and are not used. Look at their values, then sign a row with "
                    + "'lighterman doctor --sign ROW', or restore a backup\n")
        }
        try store.close()
        return rows.isEmpty
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
            throw StartError(.usage, "there is no row '\(name)'")
        } catch StoreError.unreadable(let reason) {
            throw StartError(.usage, "the row '\(name)' cannot be signed, because its values are not valid: \(reason)")
        }
        StandardStream.output.write("signed \(name)\n")
    }
}
