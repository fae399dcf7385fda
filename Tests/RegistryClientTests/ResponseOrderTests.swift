import Testing

@testable import RegistryClient

@Suite("The order of responses on a connection")
struct ResponseOrderTests {
    private static func begun(isSent: Bool = true) -> ResponseOrder {
        var order = ResponseOrder()
        order.requestBegins()
        if isSent { order.requestEnds() }
        return order
    }

    @Test(
        "Statuses outside 200 to 599 close the connection, except for informational ones", arguments: [0, 1, 99, 101, 600, 999, 2000, -20])
    func invalid(_ status: Int) {
        var order = Self.begun()
        #expect(throws: ResponseViolation.status(status)) { try order.headArrives(status: status) }
        #expect(throws: ResponseViolation.unsolicited) { try order.headArrives(status: 200) }
        #expect(throws: ResponseViolation.unsolicited) { try order.bodyArrives() }
    }

    @Test("A connection serves several requests", arguments: [200, 204, 299, 304, 404, 599])
    func sequence(_ status: Int) throws {
        var order = ResponseOrder()
        for _ in 0..<3 {
            #expect(order.isIdle)
            order.requestBegins()
            order.requestEnds()
            try order.headArrives(status: 100)
            try order.headArrives(status: status)
            #expect(order.isReceivingBody && !order.isIdle)
            try order.bodyArrives()
            try order.responseEnds()
        }
    }

    @Test("A second head, an unsolicited response and a body without a head close the connection")
    func unsolicited() throws {
        var order = ResponseOrder()
        #expect(throws: ResponseViolation.unsolicited) { try order.headArrives(status: 200) }
        order = Self.begun()
        try order.headArrives(status: 200)
        #expect(throws: ResponseViolation.unsolicited) { try order.headArrives(status: 200) }
        order = Self.begun()
        #expect(throws: ResponseViolation.unsolicited) { try order.bodyArrives() }
        order = Self.begun()
        #expect(throws: ResponseViolation.unsolicited) { try order.responseEnds() }
        order = Self.begun(isSent: false)
        try order.headArrives(status: 202)
        try order.responseEnds()
        #expect(!order.isIdle)
        #expect(throws: ResponseViolation.unsolicited) { try order.headArrives(status: 200) }
    }

    @Test("Up to ten informational heads are ignored")
    func informational() throws {
        var order = Self.begun()
        for _ in 0..<10 { try order.headArrives(status: 103) }
        #expect(throws: ResponseViolation.tooManyInformationalHeads) { try order.headArrives(status: 103) }
    }

    @Test("A connection with an early response is reused after the end of the request")
    func early() throws {
        var order = Self.begun(isSent: false)
        try order.headArrives(status: 202)
        try order.responseEnds()
        order.requestEnds()
        #expect(order.isIdle)
    }
}
