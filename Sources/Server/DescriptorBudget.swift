import HTTPSupport

/// Divides the file descriptors that the process may open: a process that runs out of them cannot go on.
package struct DescriptorBudget: Equatable, Sendable {
    /// Connections of clients on which all requests are served.
    package let clients: Int
    /// Connections to registries, all together.
    package let upstreamConnections: Int
    /// The warning for the log; nil where the settings fit.
    package let warning: String?

    /// For the database, logs, event loops, name look-ups, metrics and the C library.
    private static let others = 100
    private static let reserved = others + ConnectionCapacity.healthChecks + ConnectionCapacity.closing
    private static let upstream = 64...4096
    private static let minimum = 256
    private static let advice = "raise the limit (ulimit -n, or LimitNOFILE= in a systemd unit)"

    /// - Parameters:
    ///   - limit: how many descriptors the process may open.
    ///   - clients: the value of `--max-connections`.
    ///   - isExplicit: whether somebody set that value; where it is the default, fewer connections will do.
    package init(limit: Int, clients wanted: Int, isExplicit: Bool) throws(StartError) {
        guard limit >= Self.minimum else {
            throw StartError(
                .configuration,
                "the limit of \(limit) file descriptors is too low, at least \(Self.minimum) are needed: \(Self.advice)")
        }
        let available = limit - Self.reserved
        let third = max(Self.upstream.lowerBound, available / 3)
        clients = isExplicit ? wanted : min(wanted, available - third)
        let most = available - Self.upstream.lowerBound
        guard clients <= most else {
            throw StartError(
                .configuration,
                "--max-connections \(wanted) needs \(wanted + limit - most) file descriptors, and the limit is \(limit): \(Self.advice), "
                    + "or lower --max-connections to \(most)")
        }
        let left = available - clients
        upstreamConnections = min(left, max(third, left / 2), Self.upstream.upperBound)
        warning =
            clients == wanted
            ? nil
            : "the limit of \(limit) file descriptors leaves room for \(clients) connections of clients instead of \(wanted): \(Self.advice), "
                + "or set --max-connections"
    }
}
