package import Domain
import Naming

/// An HTTP proxy that connections to registries, realms and storage services go through, with CONNECT
/// (https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6). The proxy resolves host names.
package struct EgressProxy: Hashable, Sendable {
    package let host: String
    package let port: Int
    /// The hosts that are connected to directly.
    let exceptions: [Exception]

    /// A host or a group of hosts.
    package enum Exception: Hashable, Sendable {
        /// The host of this name, and all its subdomains.
        case domain(String)
        case network(Network)

        /// Reads `registry.example`, `.example`, an address or a network; nil for anything else.
        package init?(_ text: String) {
            if let network = Network(text) {
                self = .network(network)
            } else {
                let name = text.lowercased().drop { $0 == "." }
                guard !name.isEmpty, name.utf8.allSatisfy({ Self.isNameByte($0) }) else { return nil }
                self = .domain(String(name))
            }
        }

        private static func isNameByte(_ byte: UInt8) -> Bool {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || "-._".utf8.contains(byte)
        }

        fileprivate func covers(_ host: String) -> Bool {
            switch self {
            case .domain(let name): host == name || host.hasSuffix(".\(name)")
            case .network(let network): IPAddress(host).map(network.contains) ?? false
            }
        }
    }

    /// Reads `http://HOST:PORT`; nil for anything else.
    package init?(_ text: String, exceptions: [Exception] = []) {
        guard text.hasPrefix("http://"), let url = try? RegistryURL(resolving: text), url.path == "/", url.query == nil,
            let port = url.authority.port ?? (text.hasSuffix(":80") || text.hasSuffix(":80/") ? 80 : nil)
        else { return nil }
        host = url.authority.host
        self.port = port
        self.exceptions = exceptions
    }

    /// Whether connections to a host go through the proxy. Connections to this machine never do.
    func serves(_ endpoint: RegistryEndpoint) -> Bool {
        let host = endpoint.host
        let isLoopback = host == "localhost" || host.hasSuffix(".localhost") || IPAddress(host)?.isLoopback == true
        return !isLoopback && !exceptions.contains { $0.covers(host) }
    }
}
