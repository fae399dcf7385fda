import Domain
package import FoundationEssentials
package import Logging
import Naming
import Synchronization
import Wire

/// Writes each log event to stderr as one line with one call, so that lines of several threads do not mix.
struct LineLogHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    private let format: LogFormat

    init(level: Logger.Level, format: LogFormat) {
        logLevel = level
        self.format = format
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let own = event.metadata ?? [:]
        var fields = own.map { (name: Self.name($0.key), value: $0.value.description) }
        for (name, value) in metadata where own[name] == nil { fields.append((Self.name(name), value.description)) }
        let numbers = own.merging(metadata) { own, _ in own }.filter { Self.isNumber($0.value) }.keys.map(Self.name)
        let line = LogLine(event.level, event.message.description, fields, numbers: Set(numbers))
        StandardStream.error.write(line.rendered(as: format, at: Date()) + "\n")
    }

    /// Whether a value was passed as a number. Text that looks like a number, such as an account name, remains text.
    private static func isNumber(_ value: Logger.MetadataValue) -> Bool {
        if case .stringConvertible(let value) = value { value is any BinaryInteger } else { false }
    }

    /// Replaces the web framework's name for the identifier in `X-Request-Id`.
    private static func name(_ key: String) -> String { key == "hb.request.id" ? "request" : key }
}

package enum LogFormat: String, Sendable, CaseIterable {
    case text, json
}

/// A log event as one line.
package struct LogLine {
    let level: Logger.Level
    let message: String
    /// No name occurs twice.
    let fields: [(name: String, value: String)]
    /// The names of the fields that are numbers.
    private let numbers: Set<String>

    /// - Parameter numbers: the names of fields that are numbers in JSON if their values are whole numbers.
    package init(_ level: Logger.Level, _ message: String, _ fields: [(name: String, value: String)], numbers: Set<String> = []) {
        self.numbers = numbers
        self.level = level
        self.message = APIKeySecret.redactingAll(message)
        self.fields = fields.map { ($0.name, APIKeySecret.redactingAll($0.value)) }.sorted { $0.0 < $1.0 }
    }

    /// The line, with the secrets of API keys redacted: a client may send one anywhere. A name of a field may contain one, too.
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
            !value.isEmpty && value.utf8.allSatisfy { $0.isPrintableASCII && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=") }
        return isPlain ? value : "\"\(escaped(value))\""
    }

    /// Escapes line breaks: a value must not start a line that looks like another event.
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

/// Formats times to the millisecond. The text of a second is cached, because a busy server logs thousands of lines per second.
enum LogTime {
    private static let last = Mutex(Second(number: .min, text: ""))

    private struct Second {
        let number: Int
        /// The text up to and including the decimal point.
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
