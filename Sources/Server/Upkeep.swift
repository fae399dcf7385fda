import Logging
import Operations
import ServiceLifecycle

/// What is written down in the background: when keys were last used, which were refused, and which actions are old enough to be forgotten.
struct Upkeep: Service {
    let backend: Backend
    let logger: Logger
    /// For how long actions are kept.
    let retention: Duration
    var pause = Duration.seconds(30)
    /// Actions that are deleted in one transaction.
    var step = 500
    /// Between two such transactions.
    var breath = Duration.milliseconds(100)

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await writeKeys()
                await attempt("delete old actions") { try await prune() }
                try await Task.sleep(for: pause)
            }
        }
        // Not cancelled where the drain time-out has ended: this is the last chance.
        await Task { await writeKeys() }.value
    }

    private func writeKeys() async {
        await attempt("write down which keys were used") { try await backend.writeKeyUses() }
        await attempt("record which keys were refused") { try await backend.writeRefusedKeys() }
    }

    private func prune() async throws {
        while try await backend.pruneActions(olderThan: retention / .seconds(1), limit: step) == step {
            try await Task.sleep(for: breath)
        }
    }

    private func attempt(_ what: String, _ body: () async throws -> Void) async {
        do {
            try await body()
        } catch is CancellationError {
            // The server stops.
        } catch {
            logger.error("cannot \(what)", metadata: ["error": "\(error)"])
        }
    }
}
