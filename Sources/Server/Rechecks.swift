import Domain
import Logging
import Operations
import ServiceLifecycle

/// Verifies repositories again in the background as their time comes, a bounded number at once.
struct Rechecks: Service {
    let backend: Backend
    let logger: Logger
    var pause = Duration.seconds(15)
    var batch = 500
    var concurrency = 16

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await verifyWhatIsDue()
                try await Task.sleep(for: pause)
            }
        }
    }

    /// One failure is the log's business, and no reason to leave the others alone.
    private func verifyWhatIsDue() async {
        do {
            var due = try await backend.repositoriesToVerify(limit: batch)[...]
            await withTaskGroup { group in
                for repository in due.prefix(concurrency) { group.addTask { await verify(repository) } }
                due = due.dropFirst(concurrency)
                while await group.next() != nil {
                    guard !Task.isCancelled, let repository = due.popFirst() else { continue }
                    group.addTask { await verify(repository) }
                }
            }
        } catch {
            logger.error("cannot tell which repositories are to be verified", metadata: ["error": "\(error)"])
        }
    }

    private func verify(_ repository: Repository) async {
        do {
            try await backend.verifyInTheBackground(repository)
        } catch is CancellationError {
            // The server stops; its time stays what it was, and comes again after the next start.
        } catch {
            logger.error("cannot verify again", metadata: ["repository": "\(repository.name)", "error": "\(error)"])
        }
    }
}
