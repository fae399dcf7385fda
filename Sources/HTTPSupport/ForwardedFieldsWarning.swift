import Domain
import HTTPTypes
import Logging
import Synchronization

/// Logs the first request with an `X-Forwarded-…` field whose peer is not a trusted proxy: probably a proxy is missing from the settings,
/// so that all its clients share one address. Later requests are not logged, because every client can send these fields.
package final class ForwardedFieldsWarning: Sendable {
    private let isLogged = Atomic(false)

    package init() {}

    func check(_ headers: HTTPFields, from peer: String?, trustedProxies: [Network], logger: Logger) {
        guard !isLogged.load(ordering: .relaxed), let field = headers.first(where: Self.isForwarded),
            !trustedProxies.contains(peer: peer), !isLogged.exchange(true, ordering: .relaxed)
        else { return }
        logger.warning(
            "ignored X-Forwarded fields of an address that is not a trusted proxy: if it is your proxy, name it with --trusted-proxy",
            metadata: ["peer": "\(peer ?? "unknown")", "field": "\(field.name)"])
    }

    private static func isForwarded(_ field: HTTPField) -> Bool { field.name.canonicalName.hasPrefix("x-forwarded-") }
}

extension [Network] {
    /// - Parameter peer: the address of a connection's other side; nil if it is unknown.
    func contains(peer: String?) -> Bool {
        guard !isEmpty, let address = peer.flatMap({ IPAddress($0) }) else { return false }
        return contains { $0.contains(address) }
    }
}
