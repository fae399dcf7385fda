import HTTPSupport
import NIOCore
import Testing

@Suite("Limits: the state machine of a connection")
struct LimitsWatchTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
    private var state: ConnectionStateMachine

    init() {
        state = ConnectionStateMachine(limits: ConnectionLimits(), now: start)
    }

    private func after(_ seconds: Int64) -> NIODeadline { start + .seconds(seconds) }

    /// A read from the socket that completes nothing.
    private mutating func receive(_ bytes: Int, at seconds: Int64, tooLarge: Bool) {
        state.readRequested(at: start)
        state.readStarted(bytes, at: after(seconds))
        let isTooLarge = state.readFinished(at: after(seconds))
        #expect(isTooLarge == tooLarge)
    }

    private mutating func receiveBody(_ bytes: Int, framing: Int = 0, askedAt asked: Int64, at seconds: Int64, tooLarge: Bool) {
        state.readRequested(at: after(asked))
        state.readStarted(bytes + framing, at: after(seconds))
        state.bodyReceived(bytes)
        let isTooLarge = state.readFinished(at: after(seconds))
        #expect(isTooLarge == tooLarge)
    }

    @Test("A connection may be silent for the idle time")
    func idle() {
        #expect(state.deadline == after(60))
    }

    @Test("A TLS handshake may take as long as a head, and the idle time counts from its end")
    mutating func handshake() {
        state = ConnectionStateMachine(limits: ConnectionLimits(), isTLS: true, now: start)
        #expect(state.deadline == after(10))
        state.readRequested(at: after(1))
        #expect(state.deadline == after(10))
        state.handshakeFinished(at: after(3))
        #expect(state.deadline == after(63))
    }

    @Test("The deadline of a head counts from its first byte and is not extended")
    mutating func head() {
        for second in 30..<39 { receive(1, at: Int64(second), tooLarge: false) }
        #expect(state.deadline == after(40))
    }

    @Test("The size limit of a head counts all received bytes")
    mutating func largeHead() {
        receive(16_384, at: 1, tooLarge: false)
        receive(1, at: 1, tooLarge: true)
    }

    @Test("Every byte of a body extends its deadline at the minimum rate; the server's own time does not count")
    mutating func body() {
        state.headReceived(announcing: 100_000)
        #expect(state.deadline == nil)
        state.readRequested(at: start)
        #expect(state.deadline == after(10))
        receiveBody(2048, askedAt: 0, at: 4, tooLarge: false)
        #expect(state.deadline == nil)
        // 4 of 12 s are used up. The server did not read until 100.
        state.readRequested(at: after(100))
        #expect(state.deadline == after(108))
        state.requestFinished(at: after(101))
        #expect(state.deadline == nil)
    }

    @Test("Chunk framing must be in proportion to the body")
    mutating func chunks() {
        state.headReceived(announcing: nil)
        receiveBody(1000, framing: 5000, askedAt: 0, at: 0, tooLarge: false)
        receiveBody(0, framing: 19_384, askedAt: 0, at: 0, tooLarge: false)
        receiveBody(0, framing: 1, askedAt: 0, at: 0, tooLarge: true)
    }

    @Test("An early response is the last one if much of the body is missing")
    mutating func last() {
        state.headReceived(announcing: 262_145)
        #expect(state.mustClose)
        state.responseFinished(isLast: true, at: after(1))
        #expect(state.isClosing)
        #expect(!state.expectsResponse)
        #expect(state.deadline == after(61))
        state.lastResponseSent(at: after(2))
        #expect(state.deadline == after(4))
        let discarded = [state.discard(8 * 1024 * 1024), state.discard(1)]
        #expect(discarded == [false, true])
    }

    @Test(
        "If little of the body is missing, or its length is unknown, the connection stays open unless the rest does not arrive",
        arguments: [nil, 262_144])
    mutating func drains(_ length: Int?) {
        state.headReceived(announcing: length)
        #expect(!state.mustClose)
        state.responseFinished(isLast: false, at: after(1))
        #expect(!state.expectsResponse)
        #expect(state.deadline == after(3))
        receiveBody(262_144, askedAt: 1, at: 1, tooLarge: false)
        receiveBody(1, askedAt: 1, at: 1, tooLarge: true)
        state.requestFinished(at: after(2))
        #expect(state.deadline == after(62))
    }

    @Test("After invalid input, no further response is sent")
    mutating func broken() {
        state.headReceived(announcing: 10)
        state.parsingFailed()
        #expect(state.mustClose)
        #expect(state.isClosing)
    }

    @Test("A client may take the idle time to read its response, also while the server works")
    mutating func blocked() {
        state.headReceived(announcing: 0)
        state.requestFinished(at: start)
        state.writabilityChanged(false, at: after(5))
        state.writabilityChanged(false, at: after(50))
        #expect(state.deadline == after(65))
        state.writabilityChanged(true, at: after(60))
        #expect(state.deadline == nil)
    }
}
