package import NIOCore

/// The state of one connection within and between its requests, and its deadline: a value without sockets and clock.
///
/// Deadlines apply to whole requests, not to single bytes: if every byte extended a deadline, one client could hold a connection for
/// ever. Time that the server itself takes does not count.
package struct ConnectionStateMachine {
    package enum Phase: Equatable {
        /// The TLS handshake is not finished. Its bytes are invisible here and do not count.
        case handshake(since: NIODeadline)
        /// No byte of a request was received.
        case waiting(since: NIODeadline)
        case head(since: NIODeadline, bytes: Int)
        case body(BodyProgress)
        /// The request is complete; its response is not.
        case working
        /// The response was sent before the whole body was received. The client is probably still sending the rest.
        case draining(since: NIODeadline)
        /// The last response of the connection is being sent.
        case sending(since: NIODeadline)
        /// The last response was sent. Further input is discarded.
        case discarding(since: NIODeadline)
    }

    package private(set) var phase: Phase
    private let limits: ConnectionLimits
    /// The time since which the server waits for bytes; nil if it does not read.
    private var reading: NIODeadline?
    /// The time since which the client reads too little of the response.
    private var blocked: NIODeadline?
    private var currentRead = SocketRead()
    private var discarded = 0
    /// Whether the input was not a valid request. Nothing after it can be parsed.
    package private(set) var isBroken = false

    /// The bytes of one read from the socket.
    private struct SocketRead {
        var bytes = 0
        var payload = 0
        /// Whether a head or a body ended in it, so that its bytes belong to several parts.
        var isMixed = false
    }

    package init(limits: ConnectionLimits, isTLS: Bool = false, now: NIODeadline) {
        self.limits = limits
        phase = isTLS ? .handshake(since: now) : .waiting(since: now)
    }

    /// Whether the connection serves no further request.
    package var isClosing: Bool {
        switch phase {
        case .sending, .discarding: true
        default: isBroken
        }
    }

    /// Whether a response is expected.
    package var expectsResponse: Bool {
        switch phase {
        case .body, .working: true
        default: false
        }
    }

    /// The time at which the connection is closed unless something happens before.
    package var deadline: NIODeadline? {
        let progressDeadline: NIODeadline? =
            switch phase {
            case .waiting(let since), .sending(let since): since + TimeAmount(limits.idleTime)
            case .handshake(let since), .head(let since, _): since + TimeAmount(limits.headTime)
            case .body(let body): reading.map { $0 + body.remainingTime(limits) }
            case .working: nil
            case .draining(let since), .discarding(let since): since + TimeAmount(limits.drainTime)
            }
        guard let blocked else { return progressDeadline }
        let end = blocked + TimeAmount(limits.idleTime)
        return progressDeadline.map { min($0, end) } ?? end
    }
}

// MARK: Input

extension ConnectionStateMachine {
    package mutating func handshakeFinished(at now: NIODeadline) {
        if case .handshake = phase { phase = .waiting(since: now) }
    }

    package mutating func readRequested(at now: NIODeadline) {
        reading = reading ?? now
    }

    package mutating func readStarted(_ bytes: Int, at now: NIODeadline) {
        if case .body(var body) = phase, let reading {
            body.waited = body.waited + (now - reading)
            phase = .body(body)
        }
        reading = nil
        currentRead = SocketRead(bytes: bytes)
    }

    /// - Returns: whether the read exceeded a limit: the size of a head, of chunk framing, or of discarded input.
    package mutating func readFinished(at now: NIODeadline) -> Bool {
        guard !currentRead.isMixed else { return false }
        switch phase {
        case .waiting:
            phase = .head(since: now, bytes: currentRead.bytes)
            return currentRead.bytes > limits.headBytes
        case .head(let since, let bytes):
            phase = .head(since: since, bytes: bytes + currentRead.bytes)
            return bytes + currentRead.bytes > limits.headBytes
        case .body(var body):
            body.overhead += currentRead.bytes - currentRead.payload
            phase = .body(body)
            // A chunk of one byte has five bytes of framing.
            return body.overhead > limits.headBytes + 8 * body.payload
        case .draining:
            return discard(currentRead.bytes)
        default:
            return false
        }
    }

    /// - Parameter length: the announced body length; nil for a chunked body.
    package mutating func headReceived(announcing length: Int?) {
        currentRead.isMixed = true
        phase = .body(BodyProgress(remaining: length))
    }

    package mutating func bodyReceived(_ bytes: Int) {
        currentRead.payload += bytes
        guard case .body(var body) = phase else { return }
        body.payload += bytes
        body.remaining = body.remaining.map { $0 - bytes }
        phase = .body(body)
    }

    package mutating func requestFinished(at now: NIODeadline) {
        currentRead.isMixed = true
        switch phase {
        case .body: phase = .working
        case .draining: phase = .waiting(since: now)
        default: break
        }
    }

    package mutating func parsingFailed() {
        isBroken = true
    }

    /// - Returns: whether the client sends more than the server is willing to discard.
    package mutating func discard(_ bytes: Int) -> Bool {
        discarded += bytes
        return discarded > (isClosing ? limits.lastDrainBytes : limits.drainBytes)
    }
}

// MARK: Output

extension ConnectionStateMachine {
    /// Whether a response that starts now must be the last one, because too much of the body is missing to discard it. The length of a
    /// chunked body is unknown; usually the rest is on its way, so the connection is kept open.
    package var mustClose: Bool {
        guard case .body(let body) = phase, !isBroken else { return isBroken }
        return body.remaining.map { $0 > limits.drainBytes } ?? false
    }

    package mutating func responseFinished(isLast: Bool, at now: NIODeadline) {
        discarded = 0
        switch phase {
        case _ where isLast: phase = .sending(since: now)
        case .body: phase = .draining(since: now)
        default: phase = .waiting(since: now)
        }
    }

    package mutating func lastResponseSent(at now: NIODeadline) {
        phase = .discarding(since: now)
    }

    package mutating func writabilityChanged(_ isWritable: Bool, at now: NIODeadline) {
        blocked = isWritable ? nil : blocked ?? now
    }
}

/// The received part of a body, and the time that the server waited for it.
package struct BodyProgress: Equatable {
    var payload = 0
    /// Bytes of chunk framing.
    var overhead = 0
    /// Bytes to come; nil for a chunked body.
    var remaining: Int?
    var waited: TimeAmount = .zero

    init(remaining: Int?) {
        self.remaining = remaining
    }

    /// The remaining time that the server waits for the next bytes. Every received byte extends the wait.
    func remainingTime(_ limits: ConnectionLimits) -> TimeAmount {
        let earned = TimeAmount.milliseconds(Int64(payload) * 1000 / Int64(limits.bodyRate))
        return TimeAmount(limits.bodyGrace) + earned - waited
    }
}
