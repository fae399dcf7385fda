package import NIOCore

/// Decides which connections stay open; a value that knows no sockets and no clock. Every operation takes constant time.
///
/// A connection is idle while no request of it is in progress: before its first request, in the middle of a head, and between
/// requests. Where there is no room for a new connection, the one that has been idle for longest is closed. Connections with a
/// request in progress are never closed. Where all of them have one, new connections are admitted for health checks only.
package struct ConnectionTable: Sendable {
    package typealias ID = Int

    /// Which limit a connection was closed or refused for.
    package enum Reason: String, CaseIterable, Sendable {
        /// It was idle, and another connection needed its place.
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

    /// Which requests are served on a connection.
    package enum Service: Equatable, Sendable {
        case all
        case healthChecks(Reason)
        /// None: the connection is about to be closed.
        case none
    }

    /// A connection that is to be closed to make room.
    package struct Eviction: Equatable, Sendable {
        package let connection: ID
        /// nil where the connection had its answer.
        package let reason: Reason?
    }

    /// How busy the connections are.
    package struct Load: Equatable, Sendable {
        package var inProgress = 0
        /// How many requests there were, finished ones included.
        package var begun = 0

        package init(inProgress: Int = 0, begun: Int = 0) {
            self.inProgress = inProgress
            self.begun = begun
        }
    }

    private struct Entry {
        /// The address that the connection counts against; nil for none.
        var address: String?
        var service = Service.none
        var isIdle = true
        var idleSince = NIODeadline.uptimeNanoseconds(0)
        var hadRequest = false
    }

    /// The connections of an address on which no request was authenticated.
    private struct Address {
        var count = 0
        var idle = SlotQueue()
    }

    private let capacity: ConnectionCapacity
    private var entries: [Entry] = []
    private var free: [ID] = []
    private var addresses: [String: Address] = [:]
    /// How many connections all requests are served on.
    package private(set) var regular = 0
    /// How many connections only health checks are answered on.
    package private(set) var reserved = 0
    package private(set) var load = Load()
    private var idle = SlotQueue()
    private var reservedIdle = SlotQueue()
    private var links = SlotQueue.Links()
    private var linksOfAddresses = SlotQueue.Links()

    package init(_ capacity: ConnectionCapacity) {
        self.capacity = capacity
    }

    /// How many addresses have connections that count against them.
    package var addressCount: Int { addresses.count }
}

// MARK: Events

extension ConnectionTable {
    /// - Parameter address: what the connection counts against; nil for none.
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

    /// A whole head has arrived. A connection for health checks becomes one for all requests as soon as there is room.
    package mutating func requestBegins(_ id: ID, at now: NIODeadline = .uptimeNanoseconds(0)) -> (Service, Eviction?) {
        guard entries[id].service != .none, entries[id].isIdle else { return (entries[id].service, nil) }
        dequeue(id)
        entries[id].isIdle = false
        entries[id].hadRequest = true
        load.inProgress += 1
        load.begun += 1
        guard case .healthChecks = entries[id].service else { return (.all, nil) }
        let (shortage, eviction) = findRoom(for: entries[id].address, at: now)
        leave(id)
        enter(id, shortage)
        return (entries[id].service, eviction)
    }

    /// The answer is out.
    package mutating func requestEnds(_ id: ID, at now: NIODeadline = .uptimeNanoseconds(0)) {
        guard entries[id].service != .none, !entries[id].isIdle else { return }
        entries[id].isIdle = true
        load.inProgress -= 1
        entries[id].idleSince = now
        enqueue(id)
    }

    /// A request of the connection was authenticated: it no longer counts against its address.
    package mutating func authenticate(_ id: ID) {
        guard entries[id].address != nil, entries[id].service != .none else { return }
        let wasIdle = entries[id].isIdle
        if wasIdle { dequeueOfAddress(id) }
        leaveAddress(id)
        entries[id].address = nil
    }

    /// The connection is closed, for whatever reason.
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
    /// - Returns: why there is no room for another connection; nil where there is, once the eviction is carried out.
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
