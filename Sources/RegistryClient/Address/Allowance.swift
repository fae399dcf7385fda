package import Domain
package import Naming

/// What the one who runs the server allows, beside what its administrators approve registry by registry.
package enum Allowance: Hashable, Sendable {
    /// This registry, whatever its name resolves to.
    case authority(RegistryAuthority)
    /// Every registry whose private addresses are in this network.
    case network(Network)

    /// Reads `HOST:PORT` or `10.0.0.0/8`; nil for anything else.
    package init?(_ text: String) {
        if let network = Network(text) {
            self = .network(network)
        } else if let authority = try? RegistryAuthority(parsing: text), authority.port != nil {
            self = .authority(authority)
        } else {
            return nil
        }
    }
}
