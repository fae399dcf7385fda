import NIOCore

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
