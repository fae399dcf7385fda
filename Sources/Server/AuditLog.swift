import Domain
import Logging
import NIOPosix
import Operations
import ServiceLifecycle

/// Copies the audit trail to a file: one action per line, in the JSON of the API. An action that was logged in progress gets a second
/// line with its outcome.
///
/// The store comes first; it already holds every action durably. Lines that could not be written, or were lost in a crash, are written
/// later. The position is held in memory, in a file in the data directory and in the last line of the log; the latter two serve the
/// next process.
actor AuditLog: ServiceLifecycle.Service {
    private let backend: Backend
    private let logger: Logger
    private let file: AppendedFile
    private let position: PositionFile
    private let pause: Duration
    private let batch: Int

    /// The sequence number of the last action that was written; nil until it is looked up.
    private var last: Int?
    /// The position that is not in the position file yet.
    private var unsaved: TrailPosition?
    /// Reported failures that persist, with their errors.
    private var failures: [String: String] = [:]

    /// - Parameter position: the path of the position file.
    init(
        backend: Backend, logger: Logger, file: AppendedFile, position: String, pause: Duration = .seconds(1), batch: Int = 200
    ) {
        self.backend = backend
        self.logger = logger
        self.file = file
        self.position = PositionFile(path: position)
        self.pause = pause
        self.batch = batch
    }

    func run() async throws {
        try? await cancelWhenGracefulShutdown { [pause] in
            while !Task.isCancelled {
                await self.catchUp()
                try await Task.sleep(for: pause)
            }
        }
        await catchUp()
    }

    private func catchUp() async {
        await attempt("the audit log cannot be written") { try await write() }
        await savePosition()
    }

    private func savePosition() async {
        await attempt("the audit log's position cannot be stored") { try await save() }
    }

    private func write() async throws {
        if last == nil { last = try await locate() }
        while let last {
            let written = try await backend.actions(after: last, limit: batch)
            guard !written.isEmpty else { return }
            let lines = try written.map { try AuditLogLine($0).text() }
            let appended = try await NIOThreadPool.singleton.runIfActive { [file] in try file.append(lines) }
            if let newest = written.prefix(appended.count).last {
                self.last = newest.sequence
                // A power failure can lose the other lines. The next process then appends them.
                if appended.isDurable { unsaved = newest.position }
            }
            await savePosition()
            if let failure = appended.failure { throw failure }
        }
    }

    /// After a crash, the log is ahead of the position file. After a rotation, it is empty.
    private func locate() async throws -> Int {
        let (stored, copied) = try await NIOThreadPool.singleton.runIfActive { [file, position] in (position.read(), file.lastLine()) }
        let position = try await backend.position(
            following: stored.flatMap(TrailPosition.init(text:)), orLater: copied.flatMap(TrailPosition.init(line:)))
        unsaved = position ?? .start
        return position?.sequence ?? 0
    }

    private func save() async throws {
        guard let text = unsaved?.text else { return }
        try await NIOThreadPool.singleton.runIfActive { [position] in
            try position.reserve(text)
            try position.overwrite(with: text)
        }
        unsaved = nil
    }

    /// Reports a failure once, and once more when it is resolved.
    private func attempt(_ failure: String, _ body: () async throws -> Void) async {
        do {
            try await body()
            if failures.removeValue(forKey: failure) != nil { logger.notice("resolved: \(failure)") }
        } catch is CancellationError {
            // The server is stopping.
        } catch {
            guard failures.updateValue("\(error)", forKey: failure) != "\(error)" else { return }
            logger.error("\(failure)", metadata: ["error": "\(error)"])
        }
    }
}
