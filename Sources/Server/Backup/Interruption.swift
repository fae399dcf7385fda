import Glibc
import NIOPosix
import Synchronization
import UnixSignals

/// Whether a signal asked a command to end. Commands check this between steps, so that they can remove what is incomplete.
final class Interruption: Sendable {
    private let isRequested = Atomic(false)

    func check() throws(StartError) {
        guard !isRequested.load(ordering: .relaxed) else { throw StartError(.interrupted, "interrupted by a signal: nothing was stored") }
    }

    func request() { isRequested.store(true, ordering: .relaxed) }

    /// Runs a body, in which signals do not end the process.
    static func watching<Value>(_ body: (Interruption) async throws -> Value) async throws -> Value {
        let interruption = Interruption()
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
        let watcher = Task {
            for await _ in signals { interruption.request() }
        }
        defer { watcher.cancel() }
        return try await body(interruption)
    }

    /// Runs blocking work, while the threads of tasks handle signals.
    func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await NIOThreadPool.singleton.runIfActive(body)
    }
}

/// The progress of a command on a terminal, on one line.
struct ProgressLine {
    private let isShown = isatty(StandardStream.error.rawValue) == 1
    private var last = -1

    mutating func show(_ activity: String, _ done: Int, of total: Int) {
        let percent = total == 0 ? 100 : done * 100 / total
        guard isShown, percent != last else { return }
        last = percent
        StandardStream.error.write("\r\u{1B}[K\(activity): \(percent)% of \(Self.size(total))")
    }

    func clear() {
        if isShown { StandardStream.error.write("\r\u{1B}[K") }
    }

    /// `12.3 MB`
    static func size(_ bytes: Int) -> String {
        let tenths = (bytes + 50_000) / 100_000
        return "\(tenths / 10).\(tenths % 10) MB"
    }
}
