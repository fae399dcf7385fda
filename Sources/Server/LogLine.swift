import Domain
package import FoundationEssentials
package import Logging
import Synchronization
import Wire

package enum LogFormat: String, Sendable, CaseIterable {
    case text, json
}

/// One event of the log as a line.
package struct LogLine {
    let level: Logger.Level
    let message: String
    /// Without names that occur twice.
    let fields: [(name: String, value: String)]
    /// The names of the fields that are numbers.
    private let numbers: Set<String>

    /// - Parameter numbers: the names of the fields that are numbers in JSON, where they are whole numbers.
    package init(_ level: Logger.Level, _ message: String, _ fields: [(name: String, value: String)], numbers: Set<String> = []) {
        self.numbers = numbers
        self.level = level
        self.message = message
        self.fields = fields.sorted { $0.name < $1.name }
    }

    /// The line without the secrets of API keys, which a client may send where none belongs.
    package func rendered(as format: LogFormat, at date: Date) -> String {
        APIKeySecret.redacting(format == .text ? text(at: date) : json(at: date))
    }

    private func text(at date: Date) -> String {
        var line = LogTime.text(of: date)
        line.reserveCapacity(256)
        line += " \(level.rawValue.uppercased()) \(Self.escaped(message))"
        for (name, value) in fields { line += " \(name)=\(Self.quoted(value))" }
        return line
    }

    private func json(at date: Date) -> String {
        var members = Dictionary(fields.map { ($0.name, Member($0.value, isNumber: numbers.contains($0.name))) }) { $1 }
        let own = ["time": LogTime.text(of: date), "level": level.rawValue, "message": message]
        members.merge(own.mapValues { Member($0, isNumber: false) }) { $1 }
        return (try? WireCoding.encode(members)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    private enum Member: Encodable {
        case text(String)
        case number(Int)

        init(_ text: String, isNumber: Bool) {
            self = isNumber ? Int(text).map(Member.number) ?? .text(text) : .text(text)
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .number(let number): try container.encode(number)
            }
        }
    }

    private static func quoted(_ value: String) -> String {
        let isPlain =
            !value.isEmpty && value.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=") }
        return isPlain ? value : "\"\(escaped(value))\""
    }

    /// A line break in a value must not begin a line that looks like an event of its own.
    private static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 < 0x20 || $0 >= 0x7F || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }) else {
            return text
        }
        return text.unicodeScalars.map { scalar in
            switch scalar {
            case "\"": "\\\""
            case "\\": "\\\\"
            case _ where scalar.properties.generalCategory == .control: "\\u{\(String(scalar.value, radix: 16))}"
            default: String(scalar)
            }
        }.joined()
    }
}

/// Formats times to the millisecond. The text of a second is formatted once: a busy server writes thousands of lines in it.
enum LogTime {
    private static let last = Mutex(Second(number: .min, text: ""))

    private struct Second {
        let number: Int
        /// Up to the point before the fraction.
        let text: String

        init(number: Int, text: String) {
            (self.number, self.text) = (number, text)
        }

        init(_ number: Int) {
            let text = Date(timeIntervalSince1970: Double(number)).formatted(Date.ISO8601FormatStyle())
            self.init(number: number, text: text.replacing("Z", with: "."))
        }
    }

    static func text(of date: Date) -> String {
        let milliseconds = Int((date.timeIntervalSince1970 * 1000).rounded(.down))
        let (number, fraction) = (milliseconds.quotientAndRemainder(dividingBy: 1000))
        let second = last.withLock { last in
            if last.number != number { last = Second(number) }
            return last.text
        }
        return "\(second)\(fraction < 10 ? "00" : fraction < 100 ? "0" : "")\(fraction)Z"
    }
}
