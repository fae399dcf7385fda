import Domain
import Logging
import Operations
import Sealing
import Storage
import StorageSQLite

extension Server {
    func openDirectory() throws(StartError) -> DataDirectory {
        try checkDataDirectory()
        return try openLock(of: settings.data)
    }

    /// Locks a folder for this process.
    func openLock(of folder: String) throws(StartError) -> DataDirectory {
        do {
            return try DataDirectory(folder)
        } catch {
            switch error {
            case .notWritable(let path, let reason):
                throw StartError(.inputOutput, "the data directory '\(path)' cannot be written: \(reason)")
            case .inUse(let path):
                throw StartError(
                    .unavailable, "another process uses the data in '\(path)': end it, or choose another directory with --data")
            }
        }
    }

    func openStore(in directory: DataDirectory) throws(StartError) -> SQLiteStore {
        do {
            return try SQLiteStore(in: directory)
        } catch {
            guard error as? StoreError != .superseded else {
                throw StartError(
                    .configuration,
                    "the data in '\(directory.path)' was used by a newer lighterman, and this is \(Version.current): run the newer one, or restore a "
                        + "backup from before")
            }
            throw StartError(.inputOutput, "the database in '\(directory.path)' cannot be opened: \(Self.reason(error))")
        }
    }

    /// Opens the deployment in the store, or creates one if the store is empty. A key is only generated for an empty store.
    func openDeployment(in store: SQLiteStore, _ journal: RevocationFile) async throws -> OpenedDeployment {
        if let existing = try await openExisting(in: store, journal) { return existing }
        guard try await store.read({ try $0.isEmpty() }) else { throw missingDeployment }
        try journal.prepare()
        let ring = try settings.keys.load(logger: logger) ?? settings.keys.generate(logger: logger)
        let file = AdministratorFile(path: settings.administratorEnvironment)
        let host = settings.publicURL ?? url(port: settings.listen.port)
        try await FirstStart(store: store, journal: journal).run(administrator: settings.administrator, ring: ring) { [settings] key in
            try file.write(host: host, administrator: settings.administrator, key: key)
        }
        guard let deployment = try await store.read({ try $0.deployment() }) else {
            throw StartError(.inputOutput, "the data in '\(settings.data)' could not be written: check the disk, and start again")
        }
        return try await open(deployment, in: store, with: ring, journal)
    }

    /// Opens the deployment in the store. Returns nil if there is none.
    ///
    /// - Parameter rebuildsJournal: whether to rebuild a journal that was lost.
    func openExisting(
        in store: SQLiteStore, _ journal: RevocationFile, rebuildsJournal: Bool = false
    ) async throws -> OpenedDeployment? {
        guard let deployment = try await store.read({ try $0.deployment() }) else { return nil }
        return try await open(deployment, in: store, with: try await keyRing(of: store), journal, rebuildsJournal: rebuildsJournal)
    }

    /// The configured keys.
    func keyRing(of store: SQLiteStore) async throws -> KeyRing {
        if let ring = try settings.keys.load(logger: logger) { return ring }
        throw missingKeys(needed: try await store.read { try $0.sealingKeyIDs() }.sorted())
    }

    /// The error of commands that need the data of a first start.
    func nothingYet(in store: SQLiteStore) async throws -> StartError {
        guard try await store.read({ try $0.isEmpty() }) else { return missingDeployment }
        return StartError(.configuration, "the directory '\(settings.data)' has no data yet: run 'lighterman serve' first")
    }

    var missingDeployment: StartError {
        StartError(
            .configuration,
            "the database in '\(settings.data)' has data, but not the row with its deployment secret: it was changed outside the server. Restore a "
                + "backup")
    }

    private func open(
        _ deployment: Deployment, in store: SQLiteStore, with ring: KeyRing, _ journal: RevocationFile, rebuildsJournal: Bool = false
    ) async throws -> OpenedDeployment {
        do {
            // A missing file is created only after the deployment was opened, so that a refused start leaves its place empty.
            if journal.exists { try journal.prepare() }
            if let line = try journal.cutLine() {
                logger.warning(
                    "the last line of the revocation journal is incomplete and was skipped: if no crash cut it off, stop the server and restore it",
                    metadata: ["line": .stringConvertible(line), "file": "\(settings.revocations)"])
            }
            var journaled = Revocations(try journal.entries())
            let opened = try await OpenedDeployment(
                deployment, in: store, ring: ring, journaled: journaled, allowsLostJournal: rebuildsJournal)
            try journal.prepare()
            if rebuildsJournal {
                let count = try await ApplyRevocations(journaled, store: store, journal: journal)
                    .rebuild(of: deployment, secret: opened.fingerprint)
                StandardStream.output.write("added \(count) entries to \(settings.revocations)\n")
                journaled = Revocations(try journal.entries())
            }
            let count = try await ApplyRevocations(journaled, store: store, journal: journal)
                .run(of: deployment, secret: opened.fingerprint)
            if count > 0 {
                logger.warning(
                    "the data is older than its revocations: keys were revoked and accounts disabled again",
                    metadata: ["revocations": .stringConvertible(count), "file": "\(settings.revocations)"])
            }
            try await removePrivateKeys(from: store)
            return opened
        } catch let error as OpenedDeployment.OpeningError {
            throw startError(error)
        } catch let error as LostEntries {
            throw startError(error)
        } catch let error as SealingError {
            throw undecryptable("the deployment secret", error)
        }
    }

    /// Earlier versions stored the whole text of `ca_certificate`.
    private func removePrivateKeys(from store: SQLiteStore) async throws {
        let rows = try await RemovePrivateKeys(store: store).run()
        guard !rows.isEmpty else { return }
        try await store.truncateLog()
        logger.warning(
            "removed private keys that were stored with the CA certificates of registries: replace them, because backups contain them",
            metadata: ["rows": "\(rows.map(\.description).joined(separator: " "))"])
    }

    func startError(_ error: OpenedDeployment.OpeningError) -> StartError {
        switch error {
        case .missingKeys(let needed, let given): missingKeys(needed: needed, given: given)
        case .olderDeploymentRow: olderDeploymentRow
        case .lostJournal:
            StartError(
                .configuration,
                "the revocation journal '\(settings.revocations)' is missing, or has no entries for the data in '\(settings.data)'. \(Self.rebuilding)"
            )
        case .replacedSecret:
            StartError(
                .configuration,
                "the deployment secret in '\(settings.data)' was replaced, and an older one is stored again: this is an older copy of the data, or "
                    + "an older row was restored. Run 'lighterman rotate --deployment-secret' to replace it again, or restore a newer copy"
            )
        }
    }

    func startError(_ error: LostEntries) -> StartError {
        StartError(
            .configuration,
            "the revocation journal '\(settings.revocations)' lacks \(error.count) \(error.count == 1 ? "entry" : "entries") that the data in "
                + "'\(settings.data)' requires, such as that of the \(error.example). \(Self.rebuilding)")
    }

    private static let rebuilding = """
        Put its newest copy in place; if there is none, run 'lighterman doctor --rebuild-journal', which adds the entries that follow from the data
        """

    private var olderDeploymentRow: StartError {
        StartError(
            .configuration,
            "the deployment row in '\(settings.data)' is older than the signatures of the rows: it was restored from an old backup. "
                + "Restore the whole database from one backup; if that backup is from before the signing, remove the line 'rows ... signed' "
                + "from '\(settings.revocations)'")
    }

    /// - Parameter given: the configured keys; empty if there are none.
    func missingKeys(needed: [String], given: [String] = []) -> StartError {
        let configured =
            given.isEmpty
            ? "no key is configured (looked for: \(settings.keys.places))" : "the configured key is \(given.joined(separator: ", "))"
        return StartError(
            .configuration,
            "the data in '\(settings.data)' is sealed with the key-encryption key \(needed.joined(separator: ", ")), and \(configured): restore "
                + "the key file from its copy, or name it with --kek-file")
    }

    func undecryptable(_ secret: String, _ error: SealingError) -> StartError {
        StartError(.configuration, "\(secret) in '\(settings.data)' cannot be decrypted: \(error). Restore a backup of the data.")
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case StoreError.unavailable(let reason), StoreError.unreadable(let reason): reason
        default: "\(error)"
        }
    }
}
