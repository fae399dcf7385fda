import Crypto
import FoundationEssentials
import Glibc
import Naming
import Operations
import Storage
import StorageSQLite

/// Writes a backup: a tar archive with the manifest, the revocation journal and a copy of the database.
struct BackupWriter {
    let data: String
    let journal: RevocationFile
    let interruption: Interruption
    var now = Date()

    /// The written backup.
    struct Summary: Sendable {
        let manifest: BackupManifest
        let size: Int
    }

    func write(to path: String) throws -> Summary {
        let file = try NewFile(path)
        defer { file.close() }
        let database = file.neighbor("sqlite")
        defer { for suffix in ["", "-journal", "-wal", "-shm"] { unlink(database + suffix) } }
        var progress = ProgressLine()
        defer { progress.clear() }
        let copy = try copyDatabase(to: database, for: path, &progress)
        guard let deployment = copy.deployment else {
            throw StartError(.configuration, "the directory '\(data)' has no data yet: run 'lighterman serve' first")
        }
        // The server writes to the journal before the database, so that a later journal has everything that the copy has.
        let revocations = Array(try entries(of: deployment).utf8)
        return try archive(database, copy, of: deployment, revocations, in: file, &progress)
    }

    private func copyDatabase(to copy: String, for path: String, _ progress: inout ProgressLine) throws -> DatabaseCopy {
        let database = DataDirectory.database(in: data)
        guard access(database, F_OK) == 0 else {
            throw StartError(.configuration, "the directory '\(data)' has no data yet: run 'lighterman serve' first")
        }
        var line = progress
        defer { progress = line }
        do {
            return try DatabaseCopy(of: database, to: copy) { [interruption] done, total in
                try interruption.check()
                line.show("copying the database", done, of: total)
            }
        } catch StoreError.superseded {
            throw StartError(.configuration, "the data in '\(data)' was used by a newer lighterman: this is \(Version.current)")
        } catch StoreError.unavailable(let reason), StoreError.unreadable(let reason) {
            throw StartError(.inputOutput, "the database in '\(data)' cannot be copied to '\(path)': \(reason). Nothing was stored")
        }
    }

    private func entries(of deployment: UUID) throws -> String {
        let (text, entries) = try journal.complete()
        guard Revocations(entries).deploymentsWithSignedRows.contains(deployment) else {
            throw StartError(
                .configuration,
                "the revocation journal '\(journal.path)' is missing, or has no entries for the data in '\(data)': name it with --revocations. "
                    + "Nothing was stored")
        }
        return text
    }

    private func archive(
        _ database: String, _ copy: DatabaseCopy, of deployment: UUID, _ revocations: [UInt8], in file: NewFile,
        _ progress: inout ProgressLine
    ) throws -> Summary {
        let source = try InputFile(database)
        defer { source.close() }
        var digest = SHA256()
        try source.read(from: 0, count: source.size) { bytes, _ in
            try interruption.check()
            digest.update(data: bytes)
        }
        let members = [
            BackupManifest.Member(
                name: BackupManifest.journal, size: revocations.count, sha256: SHA256.hash(data: revocations).hexadecimal),
            BackupManifest.Member(name: BackupManifest.database, size: source.size, sha256: digest.finalize().hexadecimal),
        ]
        let manifest = BackupManifest(of: copy, deployment: deployment, created: now, members: members)
        let text = Array(try manifest.text.utf8)
        try append(BackupManifest.name, text, to: file)
        try append(BackupManifest.journal, revocations, to: file)
        let header = TarHeader(name: BackupManifest.database, size: source.size)
        try file.write(header.bytes(at: date))
        try source.read(from: 0, count: source.size) { bytes, done in
            try interruption.check()
            progress.show("writing the backup", done, of: source.size)
            try file.write(bytes)
        }
        try file.write([UInt8](repeating: 0, count: header.padding) + TarHeader.end)
        try interruption.check()
        let size = try file.length()
        try file.publish()
        return Summary(manifest: manifest, size: size)
    }

    private func append(_ name: String, _ bytes: [UInt8], to file: NewFile) throws(StartError) {
        let header = TarHeader(name: name, size: bytes.count)
        try file.write(header.bytes(at: date) + bytes + [UInt8](repeating: 0, count: header.padding))
    }

    private var date: Int { Int(now.timeIntervalSince1970) }
}
