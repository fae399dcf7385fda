import Logging
import Operations
import ServiceLifecycle

/// The background work: it stores when keys were last used or refused and the outcomes of uses, deletes old actions, and returns freed memory to
/// the system.
struct Maintenance: Service {
    let backend: Backend
    let logger: Logger
    let retention: Retention
    let memory: FreedMemory
    var pause = Duration.seconds(30)

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await writeTrail()
                await attempt("delete old actions") { try await retention.run() }
                await attempt("return freed memory") { try await memory.release() }
                try await Task.sleep(for: pause)
            }
        }
        // Not cancelled where the drain time-out has ended: this is the last chance.
        await Task {
            await writeTrail(isLast: true)
            await attempt("store the time") { try await retention.finish() }
        }.value
    }

    private func writeTrail(isLast: Bool = false) async {
        await attempt("write down which keys were used") { try await backend.writeKeyUses() }
        await attempt("record which keys were refused") { try await backend.writeRefusedKeys() }
        await attempt("record what became of uses") { try await backend.catchUpTrail(isLast: isLast) }
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
