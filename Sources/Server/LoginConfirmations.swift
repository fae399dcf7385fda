import Domain
import Logging
import Operations
import ServiceLifecycle

/// Verifies a repository again some seconds after its registry rejected the login of a pull or push. It verifies one repository per
/// registry at a time, so that an unresponsive registry delays only its own repositories. It also applies the end of shared verdicts.
struct LoginConfirmations: ServiceLifecycle.Service {
    let backend: Backend
    let logger: Logger
    /// The time between two queries for due repositories.
    var pause = Duration.seconds(1)
    var concurrency = 8

    private enum Event {
        case refill
        case ended(Repository)
        case recoveriesShared
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup { group in
                var queue = VerificationQueue(places: concurrency, placesPerRegistry: 1, placesOfSilent: concurrency)
                var isSharing = false
                group.addTask { await afterPause() }
                while let event = await group.next(), !Task.isCancelled {
                    switch event {
                    case .ended(let repository): queue.end(repository)
                    case .recoveriesShared: isSharing = false
                    case .refill:
                        queue.refill(with: backend.refusedLoginsToConfirm())
                        group.addTask { await afterPause() }
                        if !isSharing {
                            isSharing = true
                            group.addTask { await shareRecoveries() }
                        }
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
        return .refill
    }

    private func shareRecoveries() async -> Event {
        do {
            try await backend.shareRecoveries()
        } catch is CancellationError {
            // The server is stopping.
        } catch {
            logger.error("cannot share that a registry or a login works again", metadata: ["error": "\(error)"])
        }
        return .recoveriesShared
    }

    private func confirm(_ repository: Repository) async {
        do {
            try await backend.confirmRefusedLogin(of: repository)
        } catch is CancellationError {
            // The server is stopping. The next rejection is confirmed after the next start.
        } catch RequestError.busy(let reason, _) {
            logger.notice("refused login not confirmed", metadata: ["repository": "\(repository.name)", "reason": "\(reason)"])
        } catch {
            logger.error("cannot confirm a refused login", metadata: ["repository": "\(repository.name)", "error": "\(error)"])
        }
    }
}
