import Domain
import FoundationEssentials
import Logging
import Wire

enum LogFormat: String, Sendable, CaseIterable {
    case text, json
}

/// Writes each log event as one line to stderr, in one call, so that lines of several threads do not mix.
///
/// Secrets do not get here: types that hold one cannot be printed. API keys are looked for all the same, for a client may
/// send one where no key belongs.
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
        let fields = metadata.merging(event.metadata ?? [:]) { $1 }.mapValues(\.description)
        let line = render(event.level, event.message.description, fields, at: Date())
        StandardStream.error.write(APIKeySecret.redacting(line) + "\n")
    }

    func render(_ level: Logger.Level, _ message: String, _ fields: [String: String], at date: Date) -> String {
        let time = date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        switch format {
        case .text:
            let pairs = fields.sorted { $0.key < $1.key }.map { " \(Self.name($0.key))=\(Self.quoted($0.value))" }
            return "\(time) \(level.rawValue.uppercased()) \(Self.escaped(message))\(pairs.joined())"
        case .json:
            var members = Dictionary(fields.map { (Self.name($0.key), $0.value) }) { $1 }
            members.merge(["time": time, "level": level.rawValue, "message": message]) { $1 }
            return (try? WireCoding.encode(members)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
        }
    }

    /// The web framework's name for what the response's `X-Request-Id` carries.
    private static func name(_ key: String) -> String { key == "hb.request.id" ? "request" : key }

    private static func quoted(_ value: String) -> String {
        let isPlain =
            !value.isEmpty && value.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=") }
        return isPlain ? value : "\"\(escaped(value))\""
    }

    /// A line break in a value must not begin a line that looks like an event of its own.
    private static func escaped(_ text: String) -> String {
        text.unicodeScalars.map { scalar in
            switch scalar {
            case "\"": "\\\""
            case "\\": "\\\\"
            case _ where scalar.properties.generalCategory == .control: "\\u{\(String(scalar.value, radix: 16))}"
            default: String(scalar)
            }
        }.joined()
    }
}
