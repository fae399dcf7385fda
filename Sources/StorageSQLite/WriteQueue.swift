import GRDB
import Synchronization

/// Queues writes for the writing connection. Queued writes are committed in one transaction, with one sync of the disk; each has its own
/// savepoint and fails alone.
final class WriteQueue: Sendable {
    private let pool: DatabasePool
    private let waiting = WaitingWrites()

    init(_ pool: DatabasePool) {
        self.pool = pool
    }

    /// Returns after the commit. A write whose task is cancelled before its transaction starts does nothing.
    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try Task.checkCancellation()
        let write = Write(body)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                write.wait(continuation)
                guard waiting.add(write) else { return }
                // The pool is not captured, because its last reference closes it, which must not happen on its own queue.
                pool.asyncWriteWithoutTransaction { [waiting] db in waiting.run(in: db) }
            }
        } onCancel: {
            waiting.cancel(write)
        }
    }
}

private final class WaitingWrites: Sendable {
    private struct State {
        var writes: [any WaitingWrite] = []
        /// Whether the writing connection is processing the queue, or is scheduled to.
        var isScheduled = false
    }

    private let state = Mutex(State())

    /// The maximum number of writes per transaction; the first waits for the last.
    private static let groupLimit = 64

    /// - Returns: whether to schedule ``run(in:)`` on the writing connection.
    func add(_ write: any WaitingWrite) -> Bool {
        state.withLock { state in
            state.writes.append(write)
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
    }

    func cancel(_ write: any WaitingWrite) {
        let isWaiting = state.withLock { state in
            let index = state.writes.firstIndex { $0 === write }
            if let index { state.writes.remove(at: index) }
            return index != nil
        }
        if isWaiting { write.end(CancellationError()) }
    }

    func run(in db: Database) {
        var group = takeGroup()
        while !group.isEmpty {
            let error = commit(group, to: db)
            // Nothing may follow the last write, since its caller may close the database.
            let next = takeGroup()
            for write in group { write.end(error) }
            group = next
        }
    }

    private func takeGroup() -> [any WaitingWrite] {
        state.withLock { state in
            let group = Array(state.writes.prefix(Self.groupLimit))
            state.writes.removeFirst(group.count)
            state.isScheduled = !group.isEmpty
            return group
        }
    }

    /// - Returns: the error if nothing was committed.
    private func commit(_ group: [any WaitingWrite], to db: Database) -> (any Error)? {
        do {
            try db.inTransaction(.immediate) {
                for write in group { try write.run(in: db) }
                return .commit
            }
            return nil
        } catch {
            return error
        }
    }
}

private protocol WaitingWrite: AnyObject, Sendable {
    /// Throws only if the whole transaction was rolled back.
    func run(in db: Database) throws
    /// - Parameter error: the error if nothing was committed; nil after the commit.
    func end(_ error: (any Error)?)
}

private final class Write<Value: Sendable>: WaitingWrite {
    private struct State {
        /// Released on the writing connection before the result is delivered, because it may hold the last reference to the store.
        var body: (@Sendable (Database) throws -> Value)?
        var continuation: CheckedContinuation<Value, any Error>?
        var result: Result<Value, any Error>?
    }

    private let state: Mutex<State>

    init(_ body: @escaping @Sendable (Database) throws -> Value) {
        state = Mutex(State(body: body))
    }

    func wait(_ continuation: CheckedContinuation<Value, any Error>) {
        state.withLock { $0.continuation = continuation }
    }

    func run(in db: Database) throws {
        guard let body = state.withLock({ $0.body.take() }) else { return }
        var value: Value?
        do {
            try db.inSavepoint {
                value = try body(db)
                return .commit
            }
            if let value { store(.success(value)) }
        } catch {
            store(.failure(error))
            // SQLite rolls back the transaction itself after some errors, such as a full disk: https://sqlite.org/lang_transaction.html
            guard db.isInsideTransaction else { throw error }
        }
    }

    private func store(_ result: Result<Value, any Error>) {
        state.withLock { $0.result = result }
    }

    func end(_ error: (any Error)?) {
        let (continuation, result) = state.withLock { state in
            defer { state.continuation = nil }
            return (state.continuation, state.result)
        }
        // A failed body reports its own error, independent of the commit.
        if case .success? = result, let error {
            continuation?.resume(throwing: error)
        } else {
            continuation?.resume(with: result ?? .failure(error ?? CancellationError()))
        }
    }
}
