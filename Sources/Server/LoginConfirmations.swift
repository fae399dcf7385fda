import Domain
import Logging
import Operations
import ServiceLifecycle

/// Verifies repositories once more some seconds after their registry refused the login of a pull or push: one of each registry at a time, so that
/// a registry that does not respond delays its own repositories only.
struct LoginConfirmations: Service {
    let backend: Backend
    let logger: Logger
    /// Between two looks at what is due.
    var pause = Duration.seconds(1)
    var concurrency = 8

    private enum Event {
        case timeToLook
        case ended(Repository)
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup { group in
                var queue = RecheckQueue(places: concurrency, placesPerRegistry: 1)
                group.addTask { await afterPause() }
                while let event = await group.next(), !Task.isCancelled {
                    switch event {
                    case .ended(let repository): queue.end(repository)
                    case .timeToLook:
                        queue.refill(with: backend.refusedLoginsToConfirm())
                        group.addTask { await afterPause() }
                    }
                    while let repository = queue.begin() {
                        group.addTask {
                            await confirm(repository)
                            return .ended(repository)
                        }
                    }
                }
            }
        }
    }

    private func afterPause() async -> Event {
        try? await Task.sleep(for: pause)
        return .timeToLook
    }

    private func confirm(_ repository: Repository) async {
        do {
            try await backend.confirmRefusedLogin(of: repository)
        } catch is CancellationError {
            // The server stops. The next refusal is confirmed after the next start.
        } catch RequestError.busy(let reason, _) {
            logger.notice("refused login not confirmed", metadata: ["repository": "\(repository.name)", "reason": "\(reason)"])
        } catch {
            logger.error("cannot confirm a refused login", metadata: ["repository": "\(repository.name)", "error": "\(error)"])
        }
    }
}
