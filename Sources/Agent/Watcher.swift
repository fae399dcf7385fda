import Logging

/// Watches an engine or a cluster, and publishes what it runs.
protocol Watcher: Sendable {
    var board: SnapshotBoard { get }
    var pace: Pace { get }
    var logger: Logger { get }

    /// Watches until it throws.
    func watch(_ attempts: WatchAttempts) async throws
    func explain(_ error: any Error) -> AgentFailure
}

extension Watcher {
    /// Watches until the task is cancelled. After a failure it starts again; meanwhile nothing is reported.
    func run() async throws {
        let attempts = WatchAttempts(pace.engineBackoff, logger)
        while true {
            do {
                try await watch(attempts)
            } catch {
                board.invalidate()
                try Task.checkCancellation()
                try await Task.sleep(for: attempts.failed(explain(error).description))
            }
        }
    }
}
