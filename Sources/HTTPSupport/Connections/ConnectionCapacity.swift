package import NIOCore

/// The number of client connections that a listener may have open.
package struct ConnectionCapacity: Equatable, Sendable {
    /// Connections on which every request is served.
    package let connections: Int
    /// The maximum per address of those without an authenticated request.
    package let perAddress: Int
    /// The same maximum, if all of them have a request in progress.
    package let perAddressInProgress: Int
    /// The time that a new connection may be idle before it counts as idle against its address. A client may open many connections at once
    /// and send its requests a moment later.
    package let grace: TimeAmount
    /// Additional connections on which only health checks are served.
    package let reserved: Int

    /// The default number of connections that are reserved for health checks.
    package static let healthChecks = 16
    /// Additional connections that are being closed, either evicted or refused.
    package static let closing = 16

    /// - Parameter perAddress: nil for a quarter of the connections, at least 16.
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

    /// The maximum of open connections in any state. At this number, no connection is accepted.
    package var open: Int { connections + reserved + Self.closing }
}
