import CloudAPI
import Domain
import FoundationEssentials
import SystemPackage
import Wire

/// A line of the audit log: an action in the JSON of the API, and its sequence number, which identifies lines that a reader has already
/// read.
struct AuditLogLine: Encodable {
    let body: ActionBody
    let sequence: Int

    private enum Name: String, CodingKey {
        case sequence
    }

    init(_ entry: TrailEntry) {
        body = ActionBody(entry.action)
        sequence = entry.sequence
    }

    func encode(to encoder: any Encoder) throws {
        try body.encode(to: encoder)
        var members = encoder.container(keyedBy: Name.self)
        try members.encode(sequence, forKey: .sequence)
    }

    /// The line without its line break.
    func text() throws -> String { String(decoding: try WireCoding.encode(self), as: UTF8.self) }
}

extension TrailPosition {
    /// Parses the position from a line of the audit log; nil for any other line.
    init?(line: String) {
        struct Members: Decodable {
            let sequence: Int?
            let uuid: UUID
        }
        guard let members = try? WireCoding.decode(Members.self, from: Data(line.utf8)) else { return nil }
        self.init(sequence: members.sequence, id: members.uuid)
    }

    /// The position before the first action.
    static let start = TrailPosition(sequence: 0, id: UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)))

    /// The content of the position file. Its length is constant.
    var text: String {
        let digits = String(sequence ?? 0)
        return String(repeating: "0", count: 20 - digits.count) + digits + " \(id.uuidString.lowercased())\n"
    }

    /// Parses ``text``, or the identifier alone, which earlier versions wrote.
    init?(text: String) {
        let words = text.split(whereSeparator: \.isWhitespace)
        guard (1...2).contains(words.count), let id = words.last.flatMap({ UUID(uuidString: String($0)) }) else { return nil }
        if words.count == 1 {
            self.init(sequence: nil, id: id)
        } else {
            guard let sequence = Int(words[0]) else { return nil }
            self.init(sequence: sequence, id: id)
        }
    }
}

/// A small file that is overwritten in place. This needs no new disk space, so it works on a full disk.
struct PositionFile: Sendable {
    let path: String

    func read() -> String? {
        try? String(contentsOfFile: path, encoding: .utf8)
    }

    /// Gives the file the length of the text that will be written to it.
    func reserve(_ text: String) throws(StartError) {
        guard read()?.utf8.count != text.utf8.count else { return }
        try DurableFile.write(text, to: path)
    }

    func overwrite(with text: String) throws(StartError) {
        do {
            let options: FileDescriptor.OpenOptions = [.create, .noFollow, .closeOnExec]
            let file = try FileDescriptor.open(FilePath(path), .writeOnly, options: options, permissions: .ownerReadWrite)
            try file.closeAfter {
                try file.writeAll(toAbsoluteOffset: 0, text.utf8)
                try file.resize(to: Int64(text.utf8.count))
                try file.synchronize()
            }
        } catch {
            throw StartError(.inputOutput, "the file '\(path)' cannot be written: \(error)")
        }
    }
}
