import Domain
import Glibc
import Logging
import Operations
import Sealing
import Storage
import StorageSQLite

extension Server {
    func openDirectory() throws(StartError) -> DataDirectory {
        try checkDataDirectory()
        do {
            return try DataDirectory(settings.data)
        } catch {
            switch error {
            case .notWritable(let path, let reason):
                throw StartError(.inputOutput, "the data directory '\(path)' cannot be written: \(reason)")
            case .inUse(let path):
                throw StartError(.unavailable, "another process uses the data in '\(path)'")
            }
        }
    }

    func openStore(in directory: DataDirectory) throws(StartError) -> SQLiteStore {
        do {
            return try SQLiteStore(in: directory)
        } catch {
            guard error as? StoreError != .superseded else {
                throw StartError(
                    .configuration, "the data in '\(directory.path)' was used by a newer lighterman: this is \(Version.current)")
            }
            throw StartError(.inputOutput, "the database in '\(directory.path)' cannot be opened: \(Self.reason(error))")
        }
    }

    /// Opens the deployment in the store, or creates one if the store is empty. A key is only generated for an empty store.
    func openDeployment(in store: SQLiteStore, _ journal: RevocationFile) async throws -> OpenedDeployment {
        if let existing = try await openExisting(in: store, journal) { return existing }
        let ring = try settings.keys.load(logger: logger) ?? settings.keys.generate(logger: logger)
        let file = AdministratorFile(path: settings.administratorEnvironment)
        let host = settings.publicURL ?? url(port: settings.listen.port)
        try await FirstStart(store: store).run(administrator: settings.administrator, ring: ring) { [settings] key in
            try file.write(host: host, administrator: settings.administrator, key: key)
        }
        guard let deployment = try await store.read({ try $0.deployment() }) else {
            throw StartError(.inputOutput, "the data in '\(settings.data)' could not be written")
        }
        return try await open(deployment, in: store, with: ring, journal)
    }

    /// Opens the deployment in the store. Returns nil if the store is empty.
    func openExisting(in store: SQLiteStore, _ journal: RevocationFile) async throws -> OpenedDeployment? {
        guard let deployment = try await store.read({ try $0.deployment() }) else { return nil }
        guard let ring = try settings.keys.load(logger: logger) else {
            let needed = try await store.read { try $0.sealingKeyIDs() }.sorted().joined(separator: ", ")
            throw StartError(
                .configuration,
                "the data in '\(settings.data)' is sealed with the key-encryption key \(needed), and no key is configured "
                    + "(looked for: \(settings.keys.places))")
        }
        return try await open(deployment, in: store, with: ring, journal)
    }

    /// The error of commands that need the data of a first start.
    var nothingYet: StartError {
        StartError(.configuration, "there is nothing in '\(settings.data)' yet: run 'lighterman serve' first")
    }

    private func open(
        _ deployment: Deployment, in store: SQLiteStore, with ring: KeyRing, _ journal: RevocationFile
    ) async throws -> OpenedDeployment {
        do {
            try journal.prepare()
            let journaled = Revocations(try journal.entries())
            let opened = try await OpenedDeployment(deployment, in: store, ring: ring, journaled: journaled)
            let count = try await ApplyRevocations(journaled, store: store, journal: journal)
                .run(of: deployment, secret: opened.fingerprint)
            if count > 0 {
                logger.warning(
                    "the data is older than its revocations: keys were revoked and accounts disabled again",
                    metadata: ["revocations": "\(count)", "file": "\(settings.revocations)"])
            }
            return opened
        } catch let error as OpenedDeployment.OpeningError {
            throw startError(error)
        } catch let error as SealingError {
            throw StartError(.configuration, "the deployment's secret in '\(settings.data)' does not open: \(error)")
        }
    }

    func startError(_ error: OpenedDeployment.OpeningError) -> StartError {
        switch error {
        case .missingKeys(let needed, let given): missingKeys(needed: needed, given: given)
        case .olderDeploymentRow: olderDeploymentRow
        case .replacedSecret:
            StartError(
                .configuration,
                "the deployment secret in '\(settings.data)' was replaced, and an older one is stored again: this is an older copy of the data, or "
                    + "somebody put an older row back. Run 'lighterman rotate --deployment-secret' to replace it again, or restore a newer copy"
            )
        }
    }

    private var olderDeploymentRow: StartError {
        StartError(
            .configuration,
            "the deployment row in '\(settings.data)' is older than the signatures of the rows: it was restored from an old backup. "
                + "Restore the whole database from one backup; if that backup is from before the signing, remove the line 'rows ... signed' "
                + "from '\(settings.revocations)'")
    }

    private func missingKeys(needed: [String], given: [String]) -> StartError {
        StartError(
            .configuration,
            "the data in '\(settings.data)' is sealed with the key-encryption key \(needed.joined(separator: ", ")), and the "
                + "configured key is \(given.joined(separator: ", "))")
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case StoreError.unavailable(let reason), StoreError.unreadable(let reason): reason
        default: "\(error)"
        }
    }
}

extension Server {
    /// Checks owner and mode of the data. An empty directory of the server's own user is made private.
    func checkDataDirectory() throws(StartError) {
        let rule = FileRule(user: .current)
        guard let folder = FileAccess(of: settings.data) else { return }
        if let objection = rule.objection(toDataDirectory: settings.data, folder) {
            guard folder.owner == rule.user.id, isEmpty(settings.data), chmod(settings.data, 0o700) == 0 else {
                throw StartError(.configuration, objection)
            }
        }
        for file in ["lighterman.sqlite", "lighterman.sqlite-wal", "lighterman.sqlite-shm"].map({ "\(settings.data)/\($0)" }) {
            guard let access = FileAccess(of: file) else { continue }
            if let objection = rule.objection(toDatabase: file, access, in: folder) { throw StartError(.configuration, objection) }
        }
    }

    private func isEmpty(_ path: String) -> Bool {
        guard let folder = opendir(path) else { return false }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        // "." and ".."
        return count <= 2
    }
}
