package import Logging
import Synchronization

/// Stores every event of its loggers, of all levels, as one line each.
package final class CapturedLog: Sendable {
    private let kept = Mutex<[String]>([])

    package init() {}

    package var lines: [String] { kept.withLock { $0 } }
    package var text: String { lines.joined(separator: "\n") }

    package func logger() -> Logger {
        Logger(label: "test") { _ in Handler(log: self) }
    }

    fileprivate func keep(_ line: String) {
        kept.withLock { $0.append(line) }
    }

    private struct Handler: LogHandler {
        let log: CapturedLog
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]

        init(log: CapturedLog) {
            self.log = log
        }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let fields = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
            log.keep("\(event.level) \(event.message)" + fields.map { " \($0.key)=\($0.value)" }.joined())
        }
    }
}
