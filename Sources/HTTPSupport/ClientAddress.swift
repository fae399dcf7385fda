package import HTTPTypes

/// The address that a request came from: the connection's other end, or, where that is a trusted proxy, whom it forwards for.
package struct ClientAddress: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }

    /// Proxies append to `X-Forwarded-For`, so what the last trusted one wrote stands furthest right; anything left of the
    /// first address that is not a proxy of ours could have been made up by the client.
    package init(peer: String?, headers: HTTPFields, trustedProxies: [Network]) {
        let peer = peer ?? "unknown"
        let forwarded = headers[values: .xForwardedFor].flatMap { $0.split(separator: ",") }.map { String($0.trimming(" \t")) }
        let hops = forwarded.filter { IPAddress($0) != nil } + [peer]
        let isTrusted = { (hop: String) in IPAddress(hop).map { address in trustedProxies.contains { $0.contains(address) } } ?? false }
        let untrusted = hops.last { !isTrusted($0) }
        description = isTrusted(peer) ? untrusted ?? hops[0] : peer
    }

    /// One host may use every address of an IPv6 /64, so those are one.
    var throttlingKey: String {
        guard let address = IPAddress(description), address.bytes.count == 16 else { return description }
        return "\(address.bytes.prefix(8))"
    }
}

extension HTTPField.Name {
    fileprivate static var xForwardedFor: HTTPField.Name {
        guard let name = HTTPField.Name("X-Forwarded-For") else { preconditionFailure("a valid field name") }
        return name
    }
}
