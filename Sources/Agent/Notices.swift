import Logging

/// Logs failures and successes, but none twice in a row.
struct Notices: Sendable {
    private let logger: Logger
    private var last: String?

    init(_ logger: Logger) {
        self.logger = logger
    }

    mutating func failed(_ sentence: String) {
        logger.log(level: last == sentence ? .debug : .warning, "\(sentence.onOneLine)")
        last = sentence
    }

    mutating func recovered(_ message: String, _ metadata: Logger.Metadata = [:]) {
        logger.log(level: last == message ? .debug : .notice, "\(message)", metadata: metadata)
        last = message
    }
}
