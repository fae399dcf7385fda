package import NIOCore
import Synchronization

/// The body of a request that is forwarded from a client to a registry: a bounded buffer between one writer, which reads the client, and
/// one reader, AsyncHTTPClient.
///
/// AsyncHTTPClient reads a body in a task of its own. That task cannot be cancelled, and a body that ends early fails the response. The
/// reader therefore never touches the client's connection, and is suspended from the head of the response on until the response has been
/// read. The writer never waits once nothing more is sent: any further parts are discarded.
package final class ForwardedBody: AsyncSequence, Sendable {
    package typealias Element = ByteBuffer

    /// In bytes; nil if the client sends chunks.
    package let length: Int64?
    private let capacity: Int
    private let state: Mutex<ForwardedBodyState>

    /// - Parameters:
    ///   - length: in bytes, as the client announced it.
    ///   - capacity: in bytes; the writer waits while this much is buffered.
    ///   - begin: starts reading the client, and returns at once. It is called before the first part of the body is sent to the registry,
    ///     and never after the head of a response or ``close()``.
    package init(length: Int64?, capacity: Int = 128 << 10, begin: (@Sendable (ForwardedBody) -> Void)? = nil) {
        self.length = length
        self.capacity = capacity
        state = Mutex(ForwardedBodyState(remaining: length, begin: begin))
    }

    // MARK: The writer

    /// Buffers a part, and waits while the buffer is full.
    ///
    /// - Returns: false if nothing more is sent and the part was discarded.
    @discardableResult
    package func write(_ part: ByteBuffer) async -> Bool {
        let (isTaken, reader) = state.withLock { $0.write(part) }
        reader?.resume(returning: part)
        guard isTaken else { return false }
        return await withCheckedContinuation { writer in
            let isOpen = state.withLock { $0.wait(writer, capacity) }
            if let isOpen { writer.resume(returning: isOpen) }
        }
    }

    /// The client has sent the whole body.
    package func finish() {
        end(.success(()))
    }

    /// The client has not sent the whole body, and never will.
    package func fail(_ error: any Error) {
        end(.failure(error))
    }

    private func end(_ end: Result<Void, any Error>) {
        let reader = state.withLock { $0.end(end) }
        switch end {
        case .success: reader?.resume(returning: nil)
        case .failure: reader?.resume(throwing: TransportError.abandoned)
        }
    }

    // MARK: The request

    /// The head of the response has arrived: the reader receives no further part of an incomplete body.
    package func suspendReader() {
        state.withLock { $0.suspendReader() }?.resume(returning: false)
    }

    /// Ends the reader and the writer, if they have not ended.
    package func close() {
        let (reader, writer) = state.withLock { $0.close() }
        reader?.resume(throwing: TransportError.abandoned)
        writer?.resume(returning: false)
    }

    /// Throws ``TransportError/timedOut`` when the registry accepts nothing for too long, or does not respond in time after the whole body.
    /// Pauses of the client do not count.
    package func expire(afterSilence silence: TimeAmount, afterEnd limit: TimeAmount) async throws {
        while true {
            let now = NIODeadline.now()
            let deadline = state.withLock { state in state.sent.map { $0 + limit } ?? state.stalled.map { $0 + silence } }
            if let deadline, deadline <= now { throw TransportError.timedOut }
            let pause = Swift.min(deadline.map { $0 - now } ?? .seconds(1), .seconds(1))
            try await Task.sleep(for: .nanoseconds(pause.nanoseconds))
        }
    }

    // MARK: The reader

    package func makeAsyncIterator() -> Iterator { Iterator(body: self) }

    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let body: ForwardedBody

        package func next() async throws -> ByteBuffer? { try await body.next() }
    }

    private func next() async throws -> ByteBuffer? {
        try await withCheckedThrowingContinuation { reader in
            let (result, writer) = state.withLock { $0.next(reader, of: self, capacity) }
            if let result { reader.resume(with: result) }
            writer?.resume(returning: true)
        }
    }
}
