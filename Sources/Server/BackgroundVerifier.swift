import Domain
import FoundationEssentials
import Logging
import Naming
import Operations
import ServiceLifecycle

/// Verifies repositories again in the background as their time comes: one begins after the other, a bounded number is under way, and
/// few of each registry. At this rate a million take less than five hours.
struct BackgroundVerifier: Service {
    let backend: Backend
    let logger: Logger
    /// How long to wait before looking again for what is due.
    var pause = Duration.seconds(15)
    var batch = 500
    /// Between the beginnings of two. It leaves the processors to those who call the API: what is verified at once waits for registries.
    var interval = Duration.milliseconds(16)
    var concurrency = 64
    /// Fewer than a registry is sent requests at a time, so that somebody who calls the API finds a place there.
    var concurrencyPerRegistry = 4

    private enum Event {
        case timeToLook
        case timeToBegin
        /// - Parameter silent: whether the registry gave no response.
        case ended(Repository, silent: Bool)
    }

    func run() async throws {
        await endInterruptedChecks()
        await cancelWhenGracefulShutdown {
            await withTaskGroup { group in
                var queue = RecheckQueue(places: concurrency, placesPerRegistry: concurrencyPerRegistry)
                var mayBegin = true
                var next = ContinuousClock.now
                group.addTask { Event.timeToLook }
                while let event = await group.next(), !Task.isCancelled {
                    switch event {
                    case .ended(let repository, let isSilent):
                        queue.end(repository, responded: !isSilent)
                    case .timeToBegin: mayBegin = true
                    case .timeToLook:
                        let due = await due(except: queue.fullRegistries)
                        queue.refill(with: due)
                        // Where more wait, this is well before all of these have begun.
                        let later = ContinuousClock.now + (due.count < batch ? pause : pause / 5)
                        group.addTask { await at(later, .timeToLook) }
                    }
                    guard mayBegin, let repository = queue.begin() else { continue }
                    mayBegin = false
                    // From beginning to beginning, however late the last one was; what was missed is made up for a little while.
                    next = max(next, ContinuousClock.now - interval * 10) + interval
                    group.addTask { [next] in await at(next, .timeToBegin) }
                    group.addTask { .ended(repository, silent: await verify(repository)) }
                }
            }
        }
    }

    /// A check that an earlier process did not end may have ended that process.
    private func endInterruptedChecks() async {
        do {
            var interrupted: [Repository]
            repeat {
                interrupted = try await backend.endInterruptedChecks(limit: batch)
                for repository in interrupted {
                    logger.warning(
                        "the process ended during a background check; the repository is not checked again before the time named",
                        metadata: [
                            "repository": "\(repository.name)", "namespace": "\(repository.namespace)",
                            "next_check": "\(repository.verification.due.map { $0.formatted(.iso8601) } ?? "never")",
                        ])
                }
            } while interrupted.count == batch
        } catch {
            logger.error("cannot tell which background checks were interrupted", metadata: ["error": "\(error)"])
        }
    }

    private func at(_ instant: ContinuousClock.Instant, _ event: Event) async -> Event {
        try? await Task.sleep(until: instant)
        return event
    }

    private func due(except registries: Set<RegistryAuthority>) async -> [Repository] {
        do {
            return try await backend.repositoriesToVerify(except: registries, limit: batch)
        } catch is CancellationError {
            return []
        } catch {
            logger.error("cannot tell which repositories are to be verified", metadata: ["error": "\(error)"])
            return []
        }
    }

    /// One failure is the log's business, and no reason to leave the others alone.
    ///
    /// - Returns: whether the registry gave no response.
    private func verify(_ repository: Repository) async -> Bool {
        do {
            return try await backend.verifyInTheBackground(repository)
        } catch is CancellationError {
            // The server stops; its time stays what it was, and comes again after the next start.
        } catch RequestError.busy(let reason, _) {
            logger.notice("verification postponed", metadata: ["repository": "\(repository.name)", "reason": "\(reason)"])
        } catch {
            logger.error("cannot verify again", metadata: ["repository": "\(repository.name)", "error": "\(error)"])
        }
        return false
    }
}
