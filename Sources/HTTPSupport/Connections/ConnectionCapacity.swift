package import NIOCore

/// How many connections of clients a listener has open at a time.
package struct ConnectionCapacity: Equatable, Sendable {
    /// Connections on which every request is served.
    package let connections: Int
    /// The most of them from one address on which no request was authenticated.
    package let perAddress: Int
    /// The same, where all of them have a request in progress.
    package let perAddressInProgress: Int
    /// For how long a new connection may be idle before it counts as idle against its address: many may come at once, and send their requests
    /// a moment later.
    package let grace: TimeAmount
    /// Further connections, on which only health checks are answered.
    package let reserved: Int

    /// How many connections are reserved for health checks.
    package static let healthChecks = 16
    /// Further connections that are about to be closed: to make room for others, or because there is no room for them.
    package static let closing = 16

    /// - Parameter perAddress: nil for a quarter of the connections, and at least 16.
    package init(
        connections: Int, perAddress: Int? = nil, perAddressInProgress: Int? = nil, grace: TimeAmount = .zero,
        reserved: Int = Self.healthChecks
    ) {
        self.connections = connections
        self.perAddress = perAddress ?? max(16, connections / 4)
        self.perAddressInProgress = perAddressInProgress ?? self.perAddress
        self.grace = grace
        self.reserved = reserved
    }

    /// The most that are open at a time, whatever their state. No connection is accepted while there are as many.
    package var open: Int { connections + reserved + Self.closing }
}
