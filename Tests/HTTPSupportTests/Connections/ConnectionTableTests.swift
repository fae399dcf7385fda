import HTTPSupport
import NIOCore
import Testing

@Suite("Connections: evictions and limits")
struct ConnectionTableTests {
    private typealias Reason = ConnectionTable.Reason

    private var table = ConnectionTable(ConnectionCapacity(connections: 3, perAddress: 2, reserved: 2))

    /// Opens a connection while there is room.
    private mutating func open(from address: String? = nil, evicting evicted: Int? = nil, for reason: Reason? = nil) throws -> Int {
        let (admission, eviction) = table.open(from: address)
        #expect(eviction?.connection == evicted)
        #expect(eviction?.reason == reason)
        guard case .admitted(let id) = admission else { throw Refused() }
        return id
    }

    private struct Refused: Error {}

    /// Opens a connection and starts a request on it.
    private mutating func openBusy(from address: String? = nil) throws -> Int {
        let id = try open(from: address)
        begin(id, .all)
        return id
    }

    private mutating func begin(_ id: Int, _ expected: ConnectionTable.Service, evicting evicted: Int? = nil) {
        let (service, eviction) = table.requestStarted(id)
        #expect(service == expected)
        #expect(eviction?.connection == evicted)
    }

    @Test("A new connection evicts the one that was idle for longest")
    mutating func oldest() throws {
        let (first, second, third) = (try open(), try open(), try open())
        begin(first, .all)
        table.requestFinished(first)
        _ = try open(evicting: second, for: .idle)
        _ = try open(evicting: third, for: .idle)
        _ = try open(evicting: first, for: .idle)
        #expect(table.regular == 3)
    }

    @Test("A connection with a request in progress is not evicted")
    mutating func busy() throws {
        let first = try openBusy()
        let second = try open()
        _ = try openBusy()
        _ = try open(evicting: second, for: .idle)
        begin(first, .all)
    }

    @Test("An evicted connection serves no request, and its place is freed only once")
    mutating func evicted() throws {
        let first = try open()
        _ = (try open(), try open())
        _ = try open(evicting: first, for: .idle)
        begin(first, .none)
        table.requestFinished(first)
        table.authenticate(first)
        #expect(table.regular == 3)
        table.close(first)
        #expect(table.regular == 3)
    }

    @Test("If all connections have a request in progress, a limited number of new ones is admitted for health checks")
    mutating func reserve() throws {
        for _ in 0..<3 { _ = try openBusy() }
        let (first, second) = (try open(), try open())
        begin(first, .healthChecks(.capacity))
        begin(second, .healthChecks(.capacity))
        let (admission, eviction) = table.open(from: nil)
        #expect(admission == .refused(.capacity))
        #expect(eviction == nil)
        #expect(table.reserved == 2)
        table.close(first)
        begin(try open(), .healthChecks(.capacity))
        #expect(table.regular == 3)
    }

    @Test("Idle connections for health checks are evicted for new ones, and counted if they had received no response")
    mutating func idleReserve() throws {
        for _ in 0..<3 { _ = try openBusy() }
        let (first, second) = (try open(), try open())
        begin(first, .healthChecks(.capacity))
        table.requestFinished(first)
        _ = try open(evicting: second, for: .capacity)
        _ = try open(evicting: first, for: nil)
    }

    @Test("A connection for health checks serves every request as soon as there is room")
    mutating func promotion() throws {
        let busy = [try openBusy(), try openBusy(), try openBusy()]
        let (late, later) = (try open(), try open())
        table.close(busy[0])
        begin(late, .all)
        table.requestFinished(busy[1])
        begin(later, .all, evicting: busy[1])
        #expect(table.regular == 3)
        #expect(table.reserved == 0)
    }

    @Test("An address with its share of unauthenticated connections loses its own oldest idle one")
    mutating func address() throws {
        let other = try open(from: "b")
        let (first, second) = (try open(from: "a"), try open(from: "a"))
        _ = try open(from: "a", evicting: first, for: .address)
        _ = try open(from: "a", evicting: second, for: .address)
        begin(other, .all)
    }

    @Test("If all unauthenticated connections of an address have a request in progress, its next one is for health checks only")
    mutating func busyAddress() throws {
        let first = try openBusy(from: "a")
        _ = try openBusy(from: "a")
        let third = try open(from: "a")
        begin(third, .healthChecks(.address))
        table.requestFinished(third)
        begin(try open(from: "b"), .all)
        table.close(first)
        begin(third, .all)
    }

    @Test("Authenticated connections count against no address", arguments: [true, false])
    mutating func authenticated(_ isIdle: Bool) throws {
        for _ in 0..<3 {
            let id = try open(from: "a")
            begin(id, .all)
            if isIdle { table.requestFinished(id) }
            table.authenticate(id)
            table.authenticate(id)
            if !isIdle { table.requestFinished(id) }
        }
        #expect(table.regular == 3)
        #expect(table.addressCount == 0)
        _ = try open(from: "a", evicting: 0, for: .idle)
        _ = try open(from: "a", evicting: 1, for: .idle)
        _ = try open(from: "a", evicting: 3, for: .address)
    }

    @Test("Without a reserve, connections beyond those with requests in progress are refused")
    mutating func none() throws {
        table = ConnectionTable(ConnectionCapacity(connections: 1, reserved: 0))
        _ = try openBusy()
        let (admission, _) = table.open(from: nil)
        #expect(admission == .refused(.capacity))
    }

    @Test(
        "The share of an address is a quarter of the connections, and at least 16",
        arguments: [(1024, 256), (595, 148), (60, 16), (2, 16)])
    func share(_ connections: Int, _ share: Int) {
        #expect(ConnectionCapacity(connections: connections).perAddress == share)
    }

    @Test("Many connections that one address opens at once stay open if they send their requests a moment later")
    func burst() throws {
        let capacity = ConnectionCapacity(connections: 100, perAddress: 10, perAddressInProgress: 20, grace: .seconds(2), reserved: 2)
        var table = ConnectionTable(capacity)
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
        for number in 0..<50 {
            #expect(table.open(from: "a", at: start + .milliseconds(Int64(number))) == (.admitted(number), nil))
        }
        // Connections that send nothing within two seconds are evicted.
        let (admission, eviction) = table.open(from: "a", at: start + .seconds(3))
        #expect(admission == .admitted(50) && eviction?.connection == 0 && eviction?.reason == .address)
    }

    @Test("An address whose connections all have a request in progress may open twice as many before new ones are for health checks only")
    func burstInProgress() throws {
        let capacity = ConnectionCapacity(connections: 100, perAddress: 10, perAddressInProgress: 20, grace: .seconds(2), reserved: 2)
        var table = ConnectionTable(capacity)
        for number in 0..<20 {
            #expect(table.open(from: "a").0 == .admitted(number))
            #expect(table.requestStarted(number).0 == .all)
        }
        #expect(table.open(from: "a").0 == .admitted(20))
        #expect(table.requestStarted(20).0 == .healthChecks(.address))
        table.authenticate(0)
        #expect(table.open(from: "a").0 == .admitted(21))
        #expect(table.requestStarted(21).0 == .all)
    }
}
