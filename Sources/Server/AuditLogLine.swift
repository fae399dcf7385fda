import CloudAPI
import Domain
import FoundationEssentials
import Wire

/// A line of the audit log: an action as the API shows it, and its number, by which a reader recognises a line that it has read.
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

    /// With its end.
    func text() throws -> String { String(decoding: try WireCoding.encode(self), as: UTF8.self) + "\n" }
}

extension TrailPosition {
    /// The action of a line of the audit log; nil for any other line.
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

    /// What the position file holds, which has always the same length.
    var text: String {
        let digits = String(sequence ?? 0)
        return String(repeating: "0", count: 20 - digits.count) + digits + " \(id.uuidString.lowercased())\n"
    }

    /// Reads ``text``, or the identifier alone, which is what earlier versions wrote.
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
