package import Domain
package import HTTPTypes

/// The address that a request came from: the connection's other end, or, where that is a trusted proxy, whom it forwards for.
package struct ClientAddress: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }

    /// Proxies append to `X-Forwarded-For`, so what the last trusted one wrote stands furthest right; anything left of the
    /// first hop that is not a proxy of ours could have been made up by the client. A hop that is no address ends the chain:
    /// what it hides is a client.
    package init(peer: String?, headers: HTTPFields, trustedProxies: [Network]) {
        let forwarded = headers[values: .xForwardedFor].flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
        var known = peer ?? "unknown"
        for hop in forwarded.reversed() {
            guard let proxy = IPAddress(known), trustedProxies.contains(where: { $0.contains(proxy) }) else { break }
            guard let address = Self.address(of: hop.trimming(" \t")) else { break }
            known = address
        }
        description = known
    }

    /// The address without the port that some proxies write after it, and then without the brackets of IPv6.
    private static func address(of hop: Substring) -> String? {
        let isBracketed = hop.first == "["
        let host = isBracketed ? hop.dropFirst().prefix { $0 != "]" } : hop.count { $0 == ":" } == 1 ? hop.prefix { $0 != ":" } : hop
        return IPAddress(String(host)) == nil ? nil : String(host)
    }

    /// The same for all addresses of a host.
    var throttlingKey: String { IPAddress(description).map { "\($0.hostBytes)" } ?? description }
}

extension HTTPField.Name {
    fileprivate static let xForwardedFor: HTTPField.Name = {
        guard let name = HTTPField.Name("X-Forwarded-For") else { preconditionFailure("a valid field name") }
        return name
    }()
}
