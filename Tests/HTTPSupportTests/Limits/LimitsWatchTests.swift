import HTTPSupport
import NIOCore
import Testing

@Suite("Limits: the watch over a connection")
struct LimitsWatchTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
    private var watch: ConnectionStateMachine

    init() {
        watch = ConnectionStateMachine(limits: ConnectionLimits(), now: start)
    }

    private func after(_ seconds: Int64) -> NIODeadline { start + .seconds(seconds) }

    /// A piece from the socket, which holds nothing that is complete.
    private mutating func receive(_ bytes: Int, at seconds: Int64, tooLarge: Bool) {
        watch.asksForBytes(at: start)
        watch.pieceBegins(bytes, at: after(seconds))
        let isTooLarge = watch.pieceEnds(at: after(seconds))
        #expect(isTooLarge == tooLarge)
    }

    private mutating func receiveBody(_ bytes: Int, framing: Int = 0, askedAt asked: Int64, at seconds: Int64, tooLarge: Bool) {
        watch.asksForBytes(at: after(asked))
        watch.pieceBegins(bytes + framing, at: after(seconds))
        watch.bodyArrives(bytes)
        let isTooLarge = watch.pieceEnds(at: after(seconds))
        #expect(isTooLarge == tooLarge)
    }

    @Test("Silence may last for the idle time")
    func idle() {
        #expect(watch.deadline == after(60))
    }

    @Test("A TLS handshake may take as long as a head, and silence counts from its end")
    mutating func handshake() {
        watch = ConnectionStateMachine(limits: ConnectionLimits(), isTLS: true, now: start)
        #expect(watch.deadline == after(10))
        watch.asksForBytes(at: after(1))
        #expect(watch.deadline == after(10))
        watch.handshakeEnds(at: after(3))
        #expect(watch.deadline == after(63))
    }

    @Test("A head's deadline counts from its first byte, and no further byte moves it")
    mutating func head() {
        for second in 30..<39 { receive(1, at: Int64(second), tooLarge: false) }
        #expect(watch.deadline == after(40))
    }

    @Test("A head is too large by what came, whatever it was")
    mutating func largeHead() {
        receive(16_384, at: 1, tooLarge: false)
        receive(1, at: 1, tooLarge: true)
    }

    @Test("Every byte of a body buys time, at the rate that is due; the server's own time is free")
    mutating func body() {
        watch.headArrives(announcing: 100_000)
        #expect(watch.deadline == nil)
        watch.asksForBytes(at: start)
        #expect(watch.deadline == after(10))
        receiveBody(2048, askedAt: 0, at: 4, tooLarge: false)
        #expect(watch.deadline == nil)
        // 4 of 12 s are used up. Nothing was asked for until 100.
        watch.asksForBytes(at: after(100))
        #expect(watch.deadline == after(108))
        watch.requestEnds(at: after(101))
        #expect(watch.deadline == nil)
    }

    @Test("What frames the chunks of a body must be in proportion to it")
    mutating func chunks() {
        watch.headArrives(announcing: nil)
        receiveBody(1000, framing: 5000, askedAt: 0, at: 0, tooLarge: false)
        receiveBody(0, framing: 19_384, askedAt: 0, at: 0, tooLarge: false)
        receiveBody(0, framing: 1, askedAt: 0, at: 0, tooLarge: true)
    }

    @Test("An early answer is the last one where much of the body is missing")
    mutating func last() {
        watch.headArrives(announcing: 262_145)
        #expect(watch.mustClose)
        watch.answerEnds(isLast: true, at: after(1))
        #expect(watch.isOver)
        #expect(!watch.isAnswerable)
        #expect(watch.deadline == after(61))
        watch.lastAnswerIsOut(at: after(2))
        #expect(watch.deadline == after(4))
        let discarded = [watch.discards(262_144), watch.discards(1)]
        #expect(discarded == [false, true])
    }

    @Test("Where little is missing, or nobody knows, the connection goes on, unless that little does not come", arguments: [nil, 262_144])
    mutating func drains(_ length: Int?) {
        watch.headArrives(announcing: length)
        #expect(!watch.mustClose)
        watch.answerEnds(isLast: false, at: after(1))
        #expect(!watch.isAnswerable)
        #expect(watch.deadline == after(3))
        receiveBody(262_144, askedAt: 1, at: 1, tooLarge: false)
        receiveBody(1, askedAt: 1, at: 1, tooLarge: true)
        watch.requestEnds(at: after(2))
        #expect(watch.deadline == after(62))
    }

    @Test("After a request whose bytes made no sense, nothing is answered any more")
    mutating func broken() {
        watch.headArrives(announcing: 10)
        watch.breaks()
        #expect(watch.mustClose)
        #expect(watch.isOver)
    }

    @Test("A client that does not take its answer has the idle time for it, also while the server works")
    mutating func blocked() {
        watch.headArrives(announcing: 0)
        watch.requestEnds(at: start)
        watch.becomesWritable(false, at: after(5))
        watch.becomesWritable(false, at: after(50))
        #expect(watch.deadline == after(65))
        watch.becomesWritable(true, at: after(60))
        #expect(watch.deadline == nil)
    }
}
