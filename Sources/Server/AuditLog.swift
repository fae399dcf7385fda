import Domain
import Logging
import NIOPosix
import Operations
import ServiceLifecycle

/// The second place of the audit trail: a file with an action a line, in JSON, as the API shows it. An action that was written in progress has a
/// second line with its outcome.
///
/// It follows the store, where actions are durable already: what could not be written, or was not before a crash, is written later.
/// How far it has come is known in memory. A later process finds it in a file beside the data, and in the last line of the log.
actor AuditLog: Service {
    private let backend: Backend
    private let logger: Logger
    private let file: AppendedFile
    private let position: PositionFile
    private let pause: Duration
    private let batch: Int

    /// The number of the action that was written last; nil before it was looked up.
    private var last: Int?
    /// What the position file does not say yet.
    private var unsaved: TrailPosition?
    /// What was reported and is not over.
    private var failures: [String: String] = [:]

    /// - Parameter position: the path of the file that says which action was written last.
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
            guard let newest = written.last else { return }
            let lines = try written.map { try AuditLogLine($0).text() }.joined()
            try await NIOThreadPool.singleton.runIfActive { [file] in try file.append(lines) }
            (self.last, unsaved) = (newest.sequence, newest.position)
            await savePosition()
        }
    }

    /// The log knows more than the position after a crash, and less after it was moved away.
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

    /// Reports a failure once, and its end.
    private func attempt(_ failure: String, _ body: () async throws -> Void) async {
        do {
            try await body()
            if failures.removeValue(forKey: failure) != nil { logger.notice("no longer: \(failure)") }
        } catch is CancellationError {
            // The server stops.
        } catch {
            guard failures.updateValue("\(error)", forKey: failure) != "\(error)" else { return }
            logger.error("\(failure)", metadata: ["error": "\(error)"])
        }
    }
}
