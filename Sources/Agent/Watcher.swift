import Logging

/// Watches an engine or a cluster, and publishes what it runs.
protocol Watcher: Sendable {
    var board: SnapshotBoard { get }
    var pace: Pace { get }
    var logger: Logger { get }

    /// Watches until it throws.
    func watch(_ backoff: inout Backoff, _ notices: inout Notices) async throws
    func explain(_ error: any Error) -> AgentFailure
}

extension Watcher {
    /// Watches until the task is cancelled. After a failure it starts again; meanwhile nothing is reported.
    func run() async throws {
        var backoff = pace.engineBackoff
        var notices = Notices(logger)
        while true {
            do {
                try await watch(&backoff, &notices)
            } catch {
                board.invalidate()
                try Task.checkCancellation()
                notices.failed(explain(error).description)
            }
            try await Task.sleep(for: backoff.next())
        }
    }
}
