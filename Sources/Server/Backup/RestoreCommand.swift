package import ArgumentParser
import FoundationEssentials
import Glibc
import Logging
import Operations
import Sealing
import Storage
import StorageSQLite

package struct RestoreCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Restore a backup.",
        discussion: """
            Checks the backup and its key-encryption key, and then puts its database into the data directory, in one step: if the command is \
            interrupted, the directory has the old data or the new data. Stop the server first.

            The revocation journal beside the data (DATA.revoked) stays in force: keys that were revoked and accounts that were disabled after \
            the backup are revoked and disabled again. The restore is recorded in the audit trail.

            A data directory that has data is refused. With --replace, it is kept under the name DATA.replaced-DATE.

            Exit codes: 64 usage, 65 backup cut short or damaged, 69 data in use, 74 files not readable or writable, 75 interrupted, \
            78 configuration, key, or a backup of another deployment or a newer version.
            """)

    @Argument(help: ArgumentHelp("File that 'lighterman backup' created.", valueName: "file"))
    package var file: String

    @OptionGroup package var places: DataOptions

    @Flag(help: "Replace the data in the data directory, and keep it beside it.")
    package var replace = false

    package init() {}

    package func run() async throws {
        try await StartError.reporting {
            let server = Server(settings: try await places.settings())
            try await Interruption.watching { try await server.restore(file, replacing: replace, $0) }
        }
    }
}

extension Server {
    func restore(_ path: String, replacing: Bool, _ interruption: Interruption) async throws {
        let backup = try BackupReader(path)
        defer { backup.close() }
        guard let ring = try settings.keys.load(logger: logger) else {
            throw StartError(
                .configuration,
                "the backup '\(path)' needs the key-encryption key \(backup.manifest.keys.joined(separator: ", ")), and no key is configured "
                    + "(looked for: \(settings.keys.places))")
        }
        let (needed, given) = (backup.manifest.keys, ring.ids.map(\.description))
        guard Set(needed).isSubset(of: given) else {
            throw StartError(
                .configuration,
                "the backup '\(path)' needs the key-encryption key \(needed.joined(separator: ", ")), and the configured key is "
                    + "\(given.joined(separator: ", ")): name the key file of its deployment with --kek-file. Nothing was restored")
        }
        let isNew = access(settings.data, F_OK) != 0
        let directory = try openDirectory()
        let place: RestorePlace
        do {
            try checkDeployment(of: backup, in: directory)
            place = try RestorePlace(directory, isNew: isNew, isReplaced: replacing, at: Date())
        } catch {
            if isNew { RestorePlace.remove(directory) }
            throw error
        }
        do {
            let outcome = try await stage(backup, in: place.staging, with: ring, interruption)
            try interruption.check()
            try RevocationFile(settings.revocations).replace(with: outcome.entries)
            report(outcome, of: backup, replaced: try place.commit())
        } catch {
            place.discard()
            throw error
        }
        withExtendedLifetime(directory) {}
    }

    /// Extracts the database and prepares it for its first start.
    private func stage(
        _ backup: BackupReader, in folder: String, with ring: KeyRing, _ interruption: Interruption
    ) async throws -> RestoreData.Outcome {
        let entries = try await interruption.blocking {
            try backup.extractDatabase(to: DataDirectory.database(in: folder), interruption)
            return try self.entries(of: backup)
        }
        let staging = try openLock(of: folder)
        let store = try openStore(in: staging)
        do {
            guard let deployment = try await store.read({ try $0.deployment() }) else { throw missingDeployment }
            let outcome = try await RestoreData(store: store, ring: ring).run(deployment, journaled: entries, backupOf: backup.date)
            try store.close()
            return outcome
        } catch let error as OpenedDeployment.OpeningError {
            throw startError(error)
        } catch let error as LostEntries {
            throw startError(error)
        } catch StoreError.unavailable(let reason), StoreError.unreadable(let reason) {
            throw StartError(
                .inputOutput, "the database of the backup '\(backup.path)' cannot be prepared: \(reason). Nothing was restored")
        } catch let error as SealingError {
            throw StartError(
                .configuration, "the deployment secret in the backup '\(backup.path)' cannot be decrypted: \(error). Nothing was restored")
        }
    }

    /// The entries of the present journal and of the backup's.
    private func entries(of backup: BackupReader) throws -> [RevocationEntry] {
        let stored = try RevocationFile.entries(of: try backup.journal(), named: "the backup's revocation journal")
        let journal = RevocationFile(settings.revocations)
        let present = try journal.entries()
        if present.isEmpty {
            logger.warning(
                "there is no revocation journal: keys that were revoked after the backup are valid again, unless you restore the journal as well",
                metadata: ["file": "\(settings.revocations)", "backup": "\(backup.manifest.created)"])
        }
        let deployments = Revocations(present).deploymentsWithSignedRows
        guard deployments.isEmpty || deployments.contains(where: { $0.uuidString.lowercased() == backup.manifest.deployment }) else {
            throw StartError(
                .configuration,
                "the revocation journal '\(settings.revocations)' is of another deployment than the backup '\(backup.path)': name another file "
                    + "with --revocations. Nothing was restored")
        }
        return RevocationEntry.merging(stored, into: present)
    }

    private func checkDeployment(of backup: BackupReader, in directory: DataDirectory) throws(StartError) {
        guard let present = DatabaseCopy.deployment(of: directory.database)?.uuidString.lowercased(), present != backup.manifest.deployment
        else { return }
        throw StartError(
            .configuration,
            "the data in '\(directory.path)' is of the deployment \(present), and the backup '\(backup.path)' of \(backup.manifest.deployment): "
                + "restore it into another directory with --data")
    }

    private func report(_ outcome: RestoreData.Outcome, of backup: BackupReader, replaced folder: String?) {
        StandardStream.output.write("restored the backup of \(backup.manifest.created) into '\(settings.data)'\n")
        if let folder { StandardStream.output.write("the replaced data is in '\(folder)'\n") }
        if outcome.revocations > 0 {
            StandardStream.output.write(
                "applied \(outcome.revocations) revocations that are newer than the backup, from \(settings.revocations)\n")
        }
        if outcome.hasFormerSecret {
            logger.warning(
                "the deployment secret was replaced after the backup: run 'lighterman rotate --deployment-secret' before you start the server"
            )
        }
    }
}
