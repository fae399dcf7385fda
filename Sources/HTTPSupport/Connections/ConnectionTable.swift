package import NIOCore

/// Decides which connections stay open: a value without sockets and clock. Every operation takes constant time.
///
/// A connection is idle while it has no request in progress: before its first request, during a request head, and between requests. If
/// there is no room for a new connection, the connection that was idle for longest is evicted. Connections with a request in progress
/// are never evicted. If all connections have one, new connections are admitted for health checks only.
package struct ConnectionTable: Sendable {
    package typealias ID = Int

    /// The limit for which a connection was closed or refused.
    package enum Reason: String, CaseIterable, Sendable {
        /// It was idle, and a new connection needed its place.
        case idle
        /// Its address had too many connections without an authenticated request.
        case address
        /// All connections had a request in progress.
        case capacity
    }

    package enum Admission: Equatable, Sendable {
        case admitted(ID)
        case refused(Reason)
    }

    /// The requests that are served on a connection.
    package enum Service: Equatable, Sendable {
        case all
        case healthChecks(Reason)
        /// No request: the connection is being closed.
        case none
    }

    /// A connection to close in order to make room.
    package struct Eviction: Equatable, Sendable {
        package let connection: ID
        /// nil if the connection had received its response.
        package let reason: Reason?
    }

    /// The number of requests.
    package struct Load: Equatable, Sendable {
        package var inProgress = 0
        /// The number of started requests, including finished ones.
        package var started = 0

        package init(inProgress: Int = 0, started: Int = 0) {
            self.inProgress = inProgress
            self.started = started
        }
    }

    private struct Entry {
        /// The address that the connection counts against; nil if it counts against none.
        var address: String?
        var service = Service.none
        var isIdle = true
        var idleSince = NIODeadline.uptimeNanoseconds(0)
        var hadRequest = false
    }

    /// The connections of one address without an authenticated request.
    private struct Address {
        var count = 0
        var idle = SlotQueue()
    }

    private let capacity: ConnectionCapacity
    private var entries: [Entry] = []
    private var free: [ID] = []
    private var addresses: [String: Address] = [:]
    /// The number of connections on which all requests are served.
    package private(set) var regular = 0
    /// The number of connections on which only health checks are served.
    package private(set) var reserved = 0
    package private(set) var load = Load()
    private var idle = SlotQueue()
    private var reservedIdle = SlotQueue()
    private var links = SlotQueue.Links()
    private var linksOfAddresses = SlotQueue.Links()

    package init(_ capacity: ConnectionCapacity) {
        self.capacity = capacity
    }

    /// The number of addresses with connections that count against them.
    package var addressCount: Int { addresses.count }
}

// MARK: Events

extension ConnectionTable {
    /// - Parameter address: the address that the connection counts against; nil if it counts against none.
    package mutating func open(from address: String?, at now: NIODeadline = .uptimeNanoseconds(0)) -> (Admission, Eviction?) {
        let (shortage, regularEviction) = findRoom(for: address, at: now)
        var eviction = regularEviction
        if let shortage, reserved >= capacity.reserved {
            guard let oldest = reservedIdle.first else { return (.refused(shortage), nil) }
            eviction = evict(oldest, entries[oldest].hadRequest ? nil : shortage)
        }
        let id = slot()
        entries[id] = Entry(address: address, idleSince: now)
        enter(id, shortage)
        enqueue(id)
        return (.admitted(id), eviction)
    }

    /// Records that a whole head was received. A connection for health checks is promoted to all requests as soon as there is room.
    package mutating func requestStarted(_ id: ID, at now: NIODeadline = .uptimeNanoseconds(0)) -> (Service, Eviction?) {
        guard entries[id].service != .none, entries[id].isIdle else { return (entries[id].service, nil) }
        dequeue(id)
        entries[id].isIdle = false
        entries[id].hadRequest = true
        load.inProgress += 1
        load.started += 1
        guard case .healthChecks = entries[id].service else { return (.all, nil) }
        let (shortage, eviction) = findRoom(for: entries[id].address, at: now)
        leave(id)
        enter(id, shortage)
        return (entries[id].service, eviction)
    }

    /// Records that the response was sent.
    package mutating func requestFinished(_ id: ID, at now: NIODeadline = .uptimeNanoseconds(0)) {
        guard entries[id].service != .none, !entries[id].isIdle else { return }
        entries[id].isIdle = true
        load.inProgress -= 1
        entries[id].idleSince = now
        enqueue(id)
    }

    /// Records that a request of the connection was authenticated. The connection no longer counts against its address.
    package mutating func authenticate(_ id: ID) {
        guard entries[id].address != nil, entries[id].service != .none else { return }
        let wasIdle = entries[id].isIdle
        if wasIdle { dequeueOfAddress(id) }
        leaveAddress(id)
        entries[id].address = nil
    }

    /// Removes a connection that was closed for any reason.
    package mutating func close(_ id: ID) {
        if entries[id].service != .none {
            if entries[id].isIdle { dequeue(id) } else { load.inProgress -= 1 }
            leave(id)
        }
        entries[id] = Entry()
        free.append(id)
    }
}

// MARK: Decisions

extension ConnectionTable {
    /// - Returns: the limit that leaves no room for another connection, or nil if there is room after the eviction.
    private mutating func findRoom(for address: String?, at now: NIODeadline) -> (Reason?, Eviction?) {
        let isFull = regular >= capacity.connections
        if let known = address.flatMap({ addresses[$0] }), known.count >= capacity.perAddress {
            if let oldest = known.idle.first {
                if isFull || entries[oldest].idleSince + capacity.grace <= now { return (nil, evict(oldest, .address)) }
            } else if known.count >= capacity.perAddressInProgress {
                return (.address, nil)
            }
        }
        guard isFull else { return (nil, nil) }
        guard let oldest = idle.first else { return (.capacity, nil) }
        return (nil, evict(oldest, .idle))
    }

    private mutating func evict(_ id: ID, _ reason: Reason?) -> Eviction {
        dequeue(id)
        leave(id)
        entries[id].service = .none
        return Eviction(connection: id, reason: reason)
    }
}

// MARK: Bookkeeping

extension ConnectionTable {
    private mutating func slot() -> ID {
        if let id = free.popLast() { return id }
        entries.append(Entry())
        links.addSlot()
        linksOfAddresses.addSlot()
        return entries.count - 1
    }

    private mutating func enter(_ id: ID, _ shortage: Reason?) {
        if let shortage {
            entries[id].service = .healthChecks(shortage)
            reserved += 1
        } else {
            entries[id].service = .all
            regular += 1
            if let address = entries[id].address { addresses[address, default: Address()].count += 1 }
        }
    }

    private mutating func leave(_ id: ID) {
        guard entries[id].service == .all else { return reserved -= 1 }
        regular -= 1
        leaveAddress(id)
    }

    private mutating func leaveAddress(_ id: ID) {
        guard entries[id].service == .all, let address = entries[id].address else { return }
        addresses[address]?.count -= 1
        if addresses[address]?.count == 0 { addresses[address] = nil }
    }

    private mutating func enqueue(_ id: ID) {
        guard entries[id].service == .all else { return reservedIdle.append(id, &links) }
        idle.append(id, &links)
        if let address = entries[id].address { addresses[address]?.idle.append(id, &linksOfAddresses) }
    }

    private mutating func dequeue(_ id: ID) {
        guard entries[id].service == .all else { return reservedIdle.remove(id, &links) }
        idle.remove(id, &links)
        dequeueOfAddress(id)
    }

    private mutating func dequeueOfAddress(_ id: ID) {
        guard entries[id].service == .all, let address = entries[id].address else { return }
        addresses[address]?.idle.remove(id, &linksOfAddresses)
    }
}

/// Slots in the order in which they were appended. Appending and removing take constant time.
struct SlotQueue {
    private(set) var first: Int?
    private var last: Int?

    /// The neighbours of each slot. Queues may share them if every slot is in at most one of these queues at a time.
    struct Links {
        fileprivate var previous: [Int?] = []
        fileprivate var next: [Int?] = []

        mutating func addSlot() {
            previous.append(nil)
            next.append(nil)
        }
    }

    mutating func append(_ slot: Int, _ links: inout Links) {
        links.previous[slot] = last
        links.next[slot] = nil
        if let last { links.next[last] = slot } else { first = slot }
        last = slot
    }

    /// - Precondition: the slot is in this queue.
    mutating func remove(_ slot: Int, _ links: inout Links) {
        let (previous, next) = (links.previous[slot], links.next[slot])
        if let previous { links.next[previous] = next } else { first = next }
        if let next { links.previous[next] = previous } else { last = previous }
        links.previous[slot] = nil
        links.next[slot] = nil
    }
}
