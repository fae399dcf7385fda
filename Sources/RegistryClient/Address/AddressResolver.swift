package import Domain
package import NIOCore

/// Finds the addresses of a host.
package protocol AddressResolver: Sendable {
    /// - Returns: all of them, the one to try first in front; never none.
    func addresses(of host: String, deadline: NIODeadline, for requester: Requester) async throws(TransportError) -> [IPAddress]
    func shutdown()
}

/// The system's resolver: what `/etc/hosts` and the name server say.
package final class SystemResolver: AddressResolver {
    /// A name server that does not answer holds a thread for as long as the system's own time-outs last; many such names
    /// must not hold up the look-ups of others.
    private let lookups: LookupThreads

    /// - Parameter limiter: shares the threads among accounts.
    package init(limiter: FairLimiter) {
        lookups = LookupThreads(limiter)
    }

    package func shutdown() {
        lookups.shutdown()
    }

    package func addresses(of host: String, deadline: NIODeadline, for requester: Requester) async throws(TransportError) -> [IPAddress] {
        do {
            let addresses = try await lookups.run(host, for: requester, deadline: deadline, SystemLookup.addresses)
            guard !addresses.isEmpty else { throw TransportError.unknownHost }
            return addresses
        } catch let limit as LimitReached {
            throw .limited(limit)
        } catch {
            throw error as? TransportError ?? .timedOut
        }
    }
}
