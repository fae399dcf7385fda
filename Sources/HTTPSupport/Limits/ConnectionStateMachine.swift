package import NIOCore

/// Where one connection is between its requests, and when it has taken too long; a value that knows no sockets and no clock.
///
/// A client makes progress by whole requests, never by single bytes: a deadline that every byte moved would let one client
/// hold a connection for ever. Time that the server takes itself is nobody's fault, and never counts.
package struct ConnectionStateMachine {
    package enum Phase: Equatable {
        /// The TLS handshake has not ended; its bytes are not seen here, and do not count.
        case handshake(since: NIODeadline)
        /// Nothing of a request is here.
        case waiting(since: NIODeadline)
        case head(since: NIODeadline, bytes: Int)
        case body(BodyProgress)
        /// The request is here, its answer is not.
        case working
        /// The answer went out before the whole body was here; the rest is on its way, or so it seems.
        case draining(since: NIODeadline)
        /// The last answer of the connection is on its way.
        case sending(since: NIODeadline)
        /// The last answer is out; what the client still sends is dropped.
        case discarding(since: NIODeadline)
    }

    package private(set) var phase: Phase
    private let limits: ConnectionLimits
    /// Since when the server waits for bytes; nil while it asks for none.
    private var reading: NIODeadline?
    /// Since when the client takes too little of the answer.
    private var blocked: NIODeadline?
    private var piece = SocketRead()
    private var discarded = 0
    /// Whether what came could not be read as a request, so that nothing after it can either.
    package private(set) var isBroken = false

    /// What one read from the socket brought.
    private struct SocketRead {
        var bytes = 0
        var payload = 0
        /// Whether a head or a body ended in it, so that its bytes belong to more than one thing.
        var isMixed = false
    }

    package init(limits: ConnectionLimits, isTLS: Bool = false, now: NIODeadline) {
        self.limits = limits
        phase = isTLS ? .handshake(since: now) : .waiting(since: now)
    }

    /// Whether no further request of this connection will be answered.
    package var isOver: Bool {
        switch phase {
        case .sending, .discarding: true
        default: isBroken
        }
    }

    /// Whether an answer is due.
    package var isAnswerable: Bool {
        switch phase {
        case .body, .working: true
        default: false
        }
    }

    /// When the connection is to be closed if nothing happens until then.
    package var deadline: NIODeadline? {
        let patience: NIODeadline? =
            switch phase {
            case .waiting(let since), .sending(let since): since + TimeAmount(limits.idleTime)
            case .handshake(let since), .head(let since, _): since + TimeAmount(limits.headTime)
            case .body(let body): reading.map { $0 + body.patience(limits) }
            case .working: nil
            case .draining(let since), .discarding(let since): since + TimeAmount(limits.drainTime)
            }
        guard let blocked else { return patience }
        let end = blocked + TimeAmount(limits.idleTime)
        return patience.map { min($0, end) } ?? end
    }
}

// MARK: What comes in

extension ConnectionStateMachine {
    package mutating func handshakeEnds(at now: NIODeadline) {
        if case .handshake = phase { phase = .waiting(since: now) }
    }

    package mutating func asksForBytes(at now: NIODeadline) {
        reading = reading ?? now
    }

    package mutating func pieceBegins(_ bytes: Int, at now: NIODeadline) {
        if case .body(var body) = phase, let reading {
            body.waited = body.waited + (now - reading)
            phase = .body(body)
        }
        reading = nil
        piece = SocketRead(bytes: bytes)
    }

    /// - Returns: whether the piece made a head, what frames a body, or what nobody will read, larger than it may be.
    package mutating func pieceEnds(at now: NIODeadline) -> Bool {
        guard !piece.isMixed else { return false }
        switch phase {
        case .waiting:
            phase = .head(since: now, bytes: piece.bytes)
            return piece.bytes > limits.headBytes
        case .head(let since, let bytes):
            phase = .head(since: since, bytes: bytes + piece.bytes)
            return bytes + piece.bytes > limits.headBytes
        case .body(var body):
            body.overhead += piece.bytes - piece.payload
            phase = .body(body)
            // A chunk of a single byte has five that frame it.
            return body.overhead > limits.headBytes + 8 * body.payload
        case .draining:
            return discards(piece.bytes)
        default:
            return false
        }
    }

    /// - Parameter length: how much body was announced; nil where it comes in chunks.
    package mutating func headArrives(announcing length: Int?) {
        piece.isMixed = true
        phase = .body(BodyProgress(remaining: length))
    }

    package mutating func bodyArrives(_ bytes: Int) {
        piece.payload += bytes
        guard case .body(var body) = phase else { return }
        body.payload += bytes
        body.remaining = body.remaining.map { $0 - bytes }
        phase = .body(body)
    }

    package mutating func requestEnds(at now: NIODeadline) {
        piece.isMixed = true
        switch phase {
        case .body: phase = .working
        case .draining: phase = .waiting(since: now)
        default: break
        }
    }

    package mutating func breaks() {
        isBroken = true
    }

    /// - Returns: whether more is being sent than the server is willing to read for nothing.
    package mutating func discards(_ bytes: Int) -> Bool {
        discarded += bytes
        return discarded > limits.drainBytes
    }
}

// MARK: What goes out

extension ConnectionStateMachine {
    /// Whether an answer that begins now must be the last one: so much of the body is missing that it will not be read. Of a
    /// body in chunks nobody knows; usually it is on its way, and the connection can go on.
    package var mustClose: Bool {
        guard case .body(let body) = phase, !isBroken else { return isBroken }
        return body.remaining.map { $0 > limits.drainBytes } ?? false
    }

    package mutating func answerEnds(isLast: Bool, at now: NIODeadline) {
        discarded = 0
        switch phase {
        case _ where isLast: phase = .sending(since: now)
        case .body: phase = .draining(since: now)
        default: phase = .waiting(since: now)
        }
    }

    package mutating func lastAnswerIsOut(at now: NIODeadline) {
        phase = .discarding(since: now)
    }

    package mutating func becomesWritable(_ isWritable: Bool, at now: NIODeadline) {
        blocked = isWritable ? nil : blocked ?? now
    }
}
