import FoundationEssentials
import Logging

/// Writes each log event as one line to stderr, in one call, so that lines of several threads do not mix.
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

    /// Whether a value was given as a number, and not as a text that looks like one, such as the name of an account.
    private static func isNumber(_ value: Logger.MetadataValue) -> Bool {
        if case .stringConvertible(let value) = value { value is any BinaryInteger } else { false }
    }

    /// The web framework's name for the identifier in the response's `X-Request-Id`.
    private static func name(_ key: String) -> String { key == "hb.request.id" ? "request" : key }
}
