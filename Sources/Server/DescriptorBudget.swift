import Glibc
import HTTPSupport

/// Divides the file descriptors of the process, because a process without free descriptors cannot work.
package struct DescriptorBudget: Equatable, Sendable {
    /// Client connections on which all requests are served.
    package let clients: Int
    /// Connections to all registries together.
    package let upstreamConnections: Int
    /// A warning for the log; nil if the settings fit.
    package let warning: String?

    /// For the database, logs, event loops, name lookups, metrics and the C library.
    private static let others = 100
    private static let reserved = others + ConnectionCapacity.healthChecks + ConnectionCapacity.closing
    private static let upstream = 64...4096
    private static let minimum = 256
    private static let advice = "raise the limit (ulimit -n, or LimitNOFILE= in a systemd unit)"

    /// - Parameters:
    ///   - limit: the maximum of file descriptors that the process may open.
    ///   - clients: the value of `--max-connections`.
    ///   - isExplicit: whether the user set that value. If not, it is lowered to fit.
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
            : "the limit of \(limit) file descriptors allows only \(clients) client connections instead of \(wanted): \(Self.advice), "
                + "or set --max-connections"
    }
}

/// The maximum of file descriptors that the process may open (https://man7.org/linux/man-pages/man2/getrlimit.2.html).
enum DescriptorLimit {
    /// Raises the soft limit to the hard limit. Login shells and systemd set a soft limit of 1024 and a higher hard limit.
    static func raise() {
        guard var limits = read(), limits.rlim_cur < limits.rlim_max else { return }
        limits.rlim_cur = limits.rlim_max
        setrlimit(kind, &limits)
    }

    /// The soft limit.
    static func current() -> Int { read().map { Int(clamping: $0.rlim_cur) } ?? 0 }

    private static func read() -> rlimit? {
        var limits = rlimit()
        return getrlimit(kind, &limits) == 0 ? limits : nil
    }

    private static var kind: __rlimit_resource_t { __rlimit_resource_t(RLIMIT_NOFILE.rawValue) }
}
