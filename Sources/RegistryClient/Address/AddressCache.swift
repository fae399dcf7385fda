import Domain
import NIOCore
import Synchronization

/// Caches the addresses of hosts for some seconds, and for longer if a name server does not respond. Cached addresses pass the same checks
/// as new ones, and are checked again on the connection.
final class AddressCache: Sendable {
    private struct Entry {
        let addresses: [IPAddress]
        let date: NIODeadline
    }

    private let entries = Mutex(BoundedDictionary<String, Entry>(capacity: 10_000) { $0.date < $1.date })
    private let lifetime: TimeAmount
    private let now: @Sendable () -> NIODeadline

    /// The age up to which addresses are used if a look-up takes longer than ``patience``.
    static let staleLifetime = TimeAmount.minutes(10)
    static let patience = TimeAmount.milliseconds(500)

    /// - Parameter lifetime: the time for which addresses are used without another look-up.
    init(lifetime: TimeAmount = .seconds(5), now: @escaping @Sendable () -> NIODeadline = { .now() }) {
        self.lifetime = lifetime
        self.now = now
    }

    /// - Parameter lookUp: finds the addresses, by a deadline.
    func addresses(
        of host: String, deadline: NIODeadline, _ lookUp: (NIODeadline) async throws(TransportError) -> [IPAddress]
    ) async throws(TransportError) -> [IPAddress] {
        let entry = entries.withLock { $0[host] }
        if let entry, entry.date + lifetime > now() { return entry.addresses }
        let stale = entry.flatMap { $0.date + Self.staleLifetime > now() ? $0.addresses : nil }
        do throws(TransportError) {
            let addresses = try await lookUp(stale == nil ? deadline : min(deadline, .now() + Self.patience))
            store(addresses, of: host)
            return addresses
        } catch {
            guard let stale, error.isDelay else { throw error }
            return stale
        }
    }

    private func store(_ addresses: [IPAddress], of host: String) {
        entries.withLock { $0[host] = Entry(addresses: addresses, date: now()) }
    }
}

extension TransportError {
    /// Whether it reports a delay and nothing else.
    fileprivate var isDelay: Bool {
        switch self {
        case .timedOut, .limited: true
        case .connection, .unknownHost, .forbidden, .notTLS, .untrusted, .abandoned, .loginHeld: false
        }
    }
}
