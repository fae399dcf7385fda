import Domain
import FoundationEssentials
import Logging
import Naming
import Operations
import ServiceLifecycle

/// Verifies repositories again in the background when they are due. It starts them at a fixed rate, with a bounded number in progress
/// and few per registry. At this rate, a million take less than five hours.
struct BackgroundVerifier: ServiceLifecycle.Service {
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
    /// The time after which a check without a result leaves its place, if all are taken.
    var patience = VerificationQueue.patience

    private enum Event {
        case refill
        case startNext
        /// A check may leave its place.
        case isLate
        case ended(Repository, CheckResult)
    }

    func run() async throws {
        await endInterruptedChecks()
        await cancelWhenGracefulShutdown {
            await withTaskGroup { group in
                var queue = VerificationQueue(places: concurrency, placesPerRegistry: concurrencyPerRegistry, patience: patience)
                var checks: [Repository.ID: Task<CheckResult, Never>] = [:]
                var mayStart = true
                var next = ContinuousClock.now
                var turn = 0
                group.addTask { Event.refill }
                while let event = await group.next(), !Task.isCancelled {
                    switch event {
                    case .ended(let repository, let result):
                        queue.end(repository, result)
                        checks[repository.id] = nil
                    case .startNext: mayStart = true
                    case .isLate: break
                    case .refill:
                        let isMore = await refill(&queue, turn: turn)
                        turn += 1
                        // Query again well before all that is due has started.
                        let later = ContinuousClock.now + (isMore ? pause / 5 : pause)
                        group.addTask { await at(later, .refill) }
                    }
                    guard mayStart else { continue }
                    guard let repository = queue.begin() else {
                        if let late = queue.release() { checks[late.id]?.cancel() }
                        continue
                    }
                    mayStart = false
                    // The rate applies from start to start, however late the last one was. A delay is caught up for at most ten
                    // intervals.
                    next = max(next, ContinuousClock.now - interval * 10) + interval
                    let late = ContinuousClock.now + patience
                    let check = Task { await verify(repository) }
                    checks[repository.id] = check
                    group.addTask { [next] in await at(next, .startNext) }
                    group.addTask { await at(late, .isLate) }
                    group.addTask {
                        await withTaskCancellationHandler {
                            .ended(repository, await check.value)
                        } onCancel: {
                            check.cancel()
                        }
                    }
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
    private func refill(_ queue: inout VerificationQueue, turn: Int) async -> Bool {
        do {
            let due = try await backend.repositoriesToVerify(except: queue.slow, turn: turn, limit: batch)
            queue.refill(with: due)
            return due.count == batch
        } catch is CancellationError {
            return false
        } catch {
            logger.error("cannot read which repositories are due for verification", metadata: ["error": "\(error)"])
            return false
        }
    }

    /// Logs a failure; other repositories are still verified.
    private func verify(_ repository: Repository) async -> CheckResult {
        do {
            return try await backend.verifyInTheBackground(repository) ? .silent : .responded
        } catch is CancellationError {
            // The server is stopping, or the check left its place. The due time is unchanged, so that it is repeated.
        } catch RequestError.busy(let reason, _) {
            logger.notice("verification postponed", metadata: ["repository": "\(repository.name)", "reason": "\(reason)"])
        } catch {
            logger.error("cannot verify again", metadata: ["repository": "\(repository.name)", "error": "\(error)"])
        }
        return .none
    }
}
