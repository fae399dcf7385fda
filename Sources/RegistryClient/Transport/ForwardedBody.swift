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

    /// Whether the reader has received the whole body.
    var isSent: Bool { state.withLock { $0.sent != nil } }

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

/// The state of a ``ForwardedBody``: its parts, its reader and its writer. Its methods decide, and return the continuations that the caller resumes.
struct ForwardedBodyState {
    typealias Reader = CheckedContinuation<ByteBuffer?, any Error>
    typealias Writer = CheckedContinuation<Bool, Never>

    private enum Phase {
        case sending
        /// The head of the response has arrived.
        case answered
        case closed
    }

    private var phase = Phase.sending
    private var parts = CircularBuffer<ByteBuffer>()
    private var buffered = 0
    /// The number of bytes that the reader has not received; nil if unknown.
    private var remaining: Int64?
    private var end: Result<Void, any Error>?
    private var reader: Reader?
    private var writer: Writer?
    private var lastRead = NIODeadline.now()
    private(set) var sent: NIODeadline?
    /// Starts reading the client; nil once started.
    private var begin: (@Sendable (ForwardedBody) -> Void)?

    /// Smaller parts are merged: each part retains the whole buffer that it was read into.
    private static let smallPart = 4096

    init(remaining: Int64?, begin: (@Sendable (ForwardedBody) -> Void)?) {
        self.remaining = remaining
        self.begin = begin
        if remaining == 0 { sent = .now() }
    }

    var stalled: NIODeadline? { reader == nil && sent == nil && !parts.isEmpty ? lastRead : nil }

    private var isComplete: Bool {
        if case .success? = end { return true }
        return remaining.map { $0 <= Int64(buffered) } ?? false
    }

    /// - Returns: whether the part is sent, and the reader that it goes to at once.
    mutating func write(_ part: ByteBuffer) -> (isTaken: Bool, Reader?) {
        guard case .sending = phase, end == nil else { return (false, nil) }
        guard let waiting = reader else {
            append(part)
            return (true, nil)
        }
        reader = nil
        noteRead(part)
        return (true, waiting)
    }

    private mutating func append(_ part: ByteBuffer) {
        buffered += part.readableBytes
        if part.readableBytes < Self.smallPart, !parts.isEmpty {
            parts[parts.index(before: parts.endIndex)].writeImmutableBuffer(part)
        } else {
            parts.append(part)
        }
    }

    /// - Returns: whether anything more is sent; nil if the writer must wait.
    mutating func wait(_ writer: Writer, _ capacity: Int) -> Bool? {
        guard case .sending = phase else { return false }
        guard buffered >= capacity else { return true }
        self.writer = writer
        return nil
    }

    mutating func end(_ end: Result<Void, any Error>) -> Reader? {
        guard self.end == nil else { return nil }
        self.end = end
        guard case .sending = phase, let waiting = reader else { return nil }
        reader = nil
        if case .success = end { sent = sent ?? .now() }
        return waiting
    }

    /// - Returns: the result for the reader, or nil if it waits; and the writer that may continue.
    mutating func next(_ reader: Reader, of body: ForwardedBody, _ capacity: Int) -> (Result<ByteBuffer?, any Error>?, Writer?) {
        if case .closed = phase { return (.failure(TransportError.abandoned), nil) }
        if remaining == 0 {
            sent = sent ?? .now()
            return (.success(nil), nil)
        }
        if case .sending = phase, let begin {
            self.begin = nil
            begin(body)
        }
        if case .answered = phase, !isComplete {
            self.reader = reader
            return (nil, nil)
        }
        if let part = parts.popFirst() {
            buffered -= part.readableBytes
            noteRead(part)
            guard buffered < capacity else { return (.success(part), nil) }
            defer { writer = nil }
            return (.success(part), writer)
        }
        switch end {
        case .success?:
            sent = sent ?? .now()
            return (.success(nil), nil)
        case .failure?: return (.failure(TransportError.abandoned), nil)
        case nil:
            self.reader = reader
            return (nil, nil)
        }
    }

    mutating func suspendReader() -> Writer? {
        guard case .sending = phase else { return nil }
        phase = .answered
        defer { writer = nil }
        return writer
    }

    mutating func close() -> (Reader?, Writer?) {
        phase = .closed
        parts.removeAll()
        buffered = 0
        defer { (reader, writer) = (nil, nil) }
        return (reader, writer)
    }

    private mutating func noteRead(_ part: ByteBuffer) {
        remaining = remaining.map { $0 - Int64(part.readableBytes) }
        lastRead = .now()
        // Only the last chunk shows the end of a chunked body.
        if remaining == 0 { sent = lastRead }
    }
}
