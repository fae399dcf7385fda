import HTTPSupport
import Testing

@Suite("Connections: the table compared with a model")
struct ConnectionTableModelTests {
    @Test("For any sequence of events, no limit is exceeded and only the oldest idle connection is evicted", arguments: 1...20)
    func model(_ seed: UInt64) {
        var model = Model(capacity: ConnectionCapacity(connections: 12, perAddress: 4, reserved: 3), seed: seed)
        for _ in 0..<2000 where model.differences.isEmpty { model.step() }
        model.closeAll()
        #expect(model.differences.isEmpty)
        #expect(model.evictions > 50)
        #expect(model.table.regular == 0)
        #expect(model.table.reserved == 0)
        #expect(model.table.addressCount == 0)
    }
}

/// The expected behavior of the table, computed by searching through all connections.
private struct Model {
    struct Connection {
        var address: String?
        /// The time when it became idle; nil while a request is in progress.
        var idleSince: Int?
        var isReserved: Bool
        var isEvicted = false
    }

    let capacity: ConnectionCapacity
    var table: ConnectionTable
    var connections: [Int: Connection] = [:]
    var evictions = 0
    /// The difference between the table and the model.
    private(set) var differences: [String] = []
    private var time = 0
    private var random: SplitMix

    init(capacity: ConnectionCapacity, seed: UInt64) {
        self.capacity = capacity
        table = ConnectionTable(capacity)
        random = SplitMix(state: seed)
    }

    mutating func step() {
        time += 1
        let known = connections.keys.sorted().randomElement(using: &random)
        switch (Int.random(in: 0..<10, using: &random), known) {
        case (0..<4, _): open(from: ["a", "b", "c", "d", nil].randomElement(using: &random) ?? nil)
        case (4..<6, let id?): begin(id)
        case (6..<8, let id?): end(id)
        case (8, let id?):
            table.authenticate(id)
            if connections[id]?.isEvicted == false { connections[id]?.address = nil }
        case (9, let id?): close(id)
        default: break
        }
        let open = connections.values.filter { !$0.isEvicted }
        let regular = open.filter { !$0.isReserved }
        check(table.regular == regular.count && table.reserved == open.count - regular.count, "numbers of connections")
        check(table.regular <= capacity.connections && table.reserved <= capacity.reserved, "limits")
        check(table.addressCount == Set(regular.compactMap(\.address)).count, "number of addresses")
    }

    private mutating func check(_ isSame: Bool, _ what: String) {
        if !isSame { differences.append("\(what) in step \(time)") }
    }

    mutating func closeAll() {
        for id in connections.keys.sorted() { close(id) }
    }

    private mutating func open(from address: String?) {
        let room = room(for: address)
        let oldestReserved = oldest { $0.isReserved }
        let (admission, eviction) = table.open(from: address)
        switch (room, admission) {
        case (.free(let expected), .admitted(let id)):
            evict(eviction, expected)
            connections[id] = Connection(address: address, idleSince: time, isReserved: false)
        case (.full, .admitted(let id)):
            evict(eviction, table.reserved < capacity.reserved || eviction == nil ? nil : oldestReserved)
            connections[id] = Connection(address: address, idleSince: time, isReserved: true)
        case (.full, .refused): check(oldestReserved == nil && eviction == nil, "refusal")
        case (.free, .refused): check(false, "refusal although there was room")
        }
    }

    private mutating func begin(_ id: Int) {
        guard let connection = connections[id], connection.idleSince != nil else { return }
        connections[id]?.idleSince = nil
        let room = connection.isReserved && !connection.isEvicted ? room(for: connection.address) : nil
        let (service, eviction) = table.requestStarted(id)
        if case .free(let expected)? = room {
            evict(eviction, expected)
            connections[id]?.isReserved = false
        } else {
            check(eviction == nil, "eviction as a request begins")
        }
        let isReserved = connections[id]?.isReserved == true
        check((service == .none) == connection.isEvicted, "service of an evicted connection")
        check((service == .all) == (!connection.isEvicted && !isReserved), "service")
    }

    private mutating func end(_ id: Int) {
        table.requestFinished(id)
        if connections[id]?.idleSince == nil { connections[id]?.idleSince = time }
    }

    private mutating func close(_ id: Int) {
        table.close(id)
        connections[id] = nil
    }

    private enum Room {
        /// The eviction that makes room; nil if there already is room.
        case free(Int?)
        case full
    }

    private func room(for address: String?) -> Room {
        let regular = connections.values.filter { !$0.isEvicted && !$0.isReserved }
        if let address, regular.count(where: { $0.address == address }) >= capacity.perAddress {
            return oldest { !$0.isReserved && $0.address == address }.map { .free($0) } ?? .full
        }
        guard regular.count >= capacity.connections else { return .free(nil) }
        return oldest { !$0.isReserved }.map { .free($0) } ?? .full
    }

    private func oldest(where condition: (Connection) -> Bool) -> Int? {
        connections.filter { !$0.value.isEvicted && $0.value.idleSince != nil && condition($0.value) }
            .min { ($0.value.idleSince ?? 0) < ($1.value.idleSince ?? 0) }?.key
    }

    private mutating func evict(_ eviction: ConnectionTable.Eviction?, _ expected: Int?) {
        check(eviction?.connection == expected, "eviction")
        guard let id = eviction?.connection else { return }
        evictions += 1
        connections[id]?.isEvicted = true
    }
}

/// A generator that is deterministic for a seed (https://prng.di.unimi.it/splitmix64.c).
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
