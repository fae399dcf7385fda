import Crypto
import FoundationEssentials
import Glibc
import Naming
import Wire

/// Reads a backup. Opening it checks that it is complete and that this version can read it; reading a member checks its checksum.
struct BackupReader: Sendable {
    let path: String
    let manifest: BackupManifest
    /// The date of the backup.
    let date: Date
    private let file: InputFile
    private let offsets: [String: Int]

    init(_ path: String) throws {
        let file = try InputFile(path)
        do {
            guard let header = TarHeader(parsing: try file.bytes(from: 0, count: TarHeader.block)), header.name == BackupManifest.name,
                header.size <= BackupManifest.largest
            else { throw StartError(.invalidInput, "'\(path)' is not a backup of lighterman") }
            let text = try file.bytes(from: TarHeader.block, count: header.size)
            guard text.count == header.size else { throw Self.cutShort(path, file.size) }
            manifest = try BackupManifest(parsing: text, of: path)
            guard let date = WireCoding.timestamp(manifest.created) else { throw Self.damaged(path, "its date is not valid") }
            self.date = date
            var (offsets, end) = ([String: Int](), TarHeader.block + header.size + header.padding)
            for member in manifest.members {
                let bytes = try file.bytes(from: end, count: TarHeader.block)
                guard bytes.count == TarHeader.block else { throw Self.cutShort(path, file.size) }
                let found = TarHeader(parsing: bytes)
                guard let found, found.name == member.name, found.size == member.size else {
                    throw Self.damaged(path, "it has no member '\(member.name)' of \(member.size) bytes")
                }
                guard found.size <= file.size else { throw Self.cutShort(path, file.size) }
                offsets[member.name] = end + TarHeader.block
                end += TarHeader.block + found.size + found.padding
            }
            guard file.size >= end + TarHeader.end.count else { throw Self.cutShort(path, file.size) }
            (self.path, self.file, self.offsets) = (path, file, offsets)
        } catch {
            file.close()
            throw error
        }
    }

    func close() { file.close() }

    /// The whole revocation journal.
    func journal() throws -> String {
        var bytes: [UInt8] = []
        try read(BackupManifest.journal) { part, _ in bytes += part }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Self.damaged(path, "its revocation journal is not UTF-8") }
        return text
    }

    /// Copies the database into a new file, and syncs it.
    func extractDatabase(to target: String, _ interruption: Interruption) throws {
        let file = try NewFile(target)
        defer { file.close() }
        var progress = ProgressLine()
        defer { progress.clear() }
        try read(BackupManifest.database) { part, share in
            try interruption.check()
            progress.show("restoring the database", share.done, of: share.total)
            try file.write(part)
        }
        try file.publish()
    }

    private func read(_ name: String, _ body: (ArraySlice<UInt8>, (done: Int, total: Int)) throws -> Void) throws {
        guard let member = manifest.members.first(where: { $0.name == name }), let offset = offsets[name] else {
            throw Self.damaged(path, "it has no member '\(name)'")
        }
        var digest = SHA256()
        try file.read(from: offset, count: member.size) { part, done in
            digest.update(data: part)
            try body(part, (done, member.size))
        }
        guard digest.finalize().hexadecimal == member.sha256 else { throw Self.damaged(path, "the checksum of '\(name)' differs") }
    }

    private static func cutShort(_ path: String, _ size: Int) -> StartError {
        StartError(.invalidInput, "the backup '\(path)' is cut short after \(size) bytes: use another copy. Nothing was restored")
    }

    private static func damaged(_ path: String, _ reason: String) -> StartError {
        StartError(.invalidInput, "the backup '\(path)' is damaged: \(reason). Use another copy. Nothing was restored")
    }
}
