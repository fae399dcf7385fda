package import Domain
package import HTTPTypes

/// The address of the client: the remote address of the connection or, behind a trusted proxy, the forwarded address.
package struct ClientAddress: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }

    /// Proxies append to `X-Forwarded-For`, so the rightmost hop was written by the proxy nearest to the server. Hops are trusted from
    /// right to left as long as they are trusted proxies. Anything further left may be forged by the client. A hop that is not an
    /// address ends the chain.
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

    /// Strips the port that some proxies append, and then the brackets of an IPv6 address.
    private static func address(of hop: Substring) -> String? {
        let isBracketed = hop.first == "["
        let host = isBracketed ? hop.dropFirst().prefix { $0 != "]" } : hop.count { $0 == ":" } == 1 ? hop.prefix { $0 != ":" } : hop
        return IPAddress(String(host)) == nil ? nil : String(host)
    }

    /// The key for throttling. It is the same for all addresses of one host.
    var throttlingKey: String { IPAddress(description).map { "\($0.hostBytes)" } ?? description }
}

extension HTTPField.Name {
    fileprivate static let xForwardedFor: HTTPField.Name = {
        guard let name = HTTPField.Name("X-Forwarded-For") else { preconditionFailure("a valid field name") }
        return name
    }()
}
