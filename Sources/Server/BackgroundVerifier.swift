import Domain
import FoundationEssentials
import Logging
import Naming
import Operations
import ServiceLifecycle

/// Verifies repositories again in the background when they are due. It starts them at a fixed rate, with a bounded number in progress
/// and few per registry. At this rate, a million take less than five hours.
struct BackgroundVerifier: Service {
    let backend: Backend
    let logger: Logger
    /// The time between two queries for due repositories.
    var pause = Duration.seconds(15)
    var batch = 500
    /// The time between two starts. It leaves CPU time for API requests. Most of a verification is waiting for registries.
    var interval = Duration.milliseconds(16)
    var concurrency = 64
    /// Lower than the number of concurrent requests per registry, so that API requests find a free slot.
    var concurrencyPerRegistry = 4

    private enum Event {
        case refill
        case startNext
        /// - Parameter silent: whether the registry did not respond.
        case ended(Repository, silent: Bool)
    }

    func run() async throws {
        await endInterruptedChecks()
        await cancelWhenGracefulShutdown {
            await withTaskGroup { group in
                var queue = VerificationQueue(places: concurrency, placesPerRegistry: concurrencyPerRegistry)
                var mayStart = true
                var next = ContinuousClock.now
                group.addTask { Event.refill }
                while let event = await group.next(), !Task.isCancelled {
                    switch event {
                    case .ended(let repository, let isSilent):
                        queue.end(repository, responded: !isSilent)
                    case .startNext: mayStart = true
                    case .refill:
                        let isMore = await refill(&queue)
                        // Query again well before all that is due has started.
                        let later = ContinuousClock.now + (isMore ? pause / 5 : pause)
                        group.addTask { await at(later, .refill) }
                    }
                    guard mayStart, let repository = queue.begin() else { continue }
                    mayStart = false
                    // The rate applies from start to start, however late the last one was. A delay is caught up for at most ten
                    // intervals.
                    next = max(next, ContinuousClock.now - interval * 10) + interval
                    group.addTask { [next] in await at(next, .startNext) }
                    group.addTask { .ended(repository, silent: await verify(repository)) }
                }
            }
        }
    }

    /// A check that an earlier process did not finish may have crashed that process.
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
            logger.error("cannot read which background checks were interrupted", metadata: ["error": "\(error)"])
        }
    }

    private func at(_ instant: ContinuousClock.Instant, _ event: Event) async -> Event {
        try? await Task.sleep(until: instant)
        return event
    }

    /// Reads which repositories are due. If that fails, those that are waiting remain.
    ///
    /// - Returns: whether more may be due than the queue has.
    private func refill(_ queue: inout VerificationQueue) async -> Bool {
        do {
            // Half a batch is more than one registry needs until the next query.
            let supplied = queue.registries(withWaiting: max(1, batch / 2))
            let due = try await backend.repositoriesToVerify(except: supplied, limit: batch)
            queue.refill(with: due, except: supplied)
            return !supplied.isEmpty || due.count == batch
        } catch is CancellationError {
            return false
        } catch {
            logger.error("cannot read which repositories are due for verification", metadata: ["error": "\(error)"])
            return false
        }
    }

    /// Logs a failure; other repositories are still verified.
    ///
    /// - Returns: whether the registry did not respond.
    private func verify(_ repository: Repository) async -> Bool {
        do {
            return try await backend.verifyInTheBackground(repository)
        } catch is CancellationError {
            // The server is stopping. The due time is unchanged, so that the check runs after the next start.
        } catch RequestError.busy(let reason, _) {
            logger.notice("verification postponed", metadata: ["repository": "\(repository.name)", "reason": "\(reason)"])
        } catch {
            logger.error("cannot verify again", metadata: ["repository": "\(repository.name)", "error": "\(error)"])
        }
        return false
    }
}
