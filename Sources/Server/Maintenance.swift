import Logging
import Operations
import ServiceLifecycle

/// Periodic background work: it stores the last uses and rejections of keys and the outcomes of pulls and pushes, deletes old actions,
/// and returns freed memory to the operating system.
struct Maintenance: ServiceLifecycle.Service {
    let backend: Backend
    let logger: Logger
    let retention: Retention
    let memory: FreedMemory
    var pause = Duration.seconds(30)
    /// The time after which a crash loses no outcome and no number of failures.
    var trailPause = Duration.seconds(2)

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            try await withThrowingTaskGroup { group in
                group.addTask { try await repeating(every: trailPause) { await writeTrail() } }
                group.addTask {
                    try await repeating(every: pause) {
                        await writeKeyUses()
                        await attempt("delete old actions") { try await retention.run() }
                        await attempt("return freed memory") { try await memory.release() }
                    }
                }
                try await group.waitForAll()
            }
        }
        // A new task, because this one may be cancelled by the drain timeout, and this is the last chance to write.
        await Task {
            await writeKeyUses()
            await writeTrail(isLast: true)
            await attempt("store the time") { try await retention.finish() }
        }.value
    }

    private func repeating(every pause: Duration, _ body: () async -> Void) async throws {
        while !Task.isCancelled {
            await body()
            try await Task.sleep(for: pause)
        }
    }

    private func writeKeyUses() async {
        await attempt("store the last uses of keys") { try await backend.writeKeyUses() }
    }

    private func writeTrail(isLast: Bool = false) async {
        await attempt("record rejected keys") { try await backend.writeRefusedKeys() }
        await attempt("record the outcomes of pulls and pushes") { try await backend.catchUpTrail(isLast: isLast) }
    }

    private func attempt(_ what: String, _ body: () async throws -> Void) async {
        do {
            try await body()
        } catch is CancellationError {
            // The server is stopping.
        } catch {
            logger.error("cannot \(what)", metadata: ["error": "\(error)"])
        }
    }
}
