package import Domain
package import Naming

/// Decides from the addresses which connections are allowed. All addresses of one look-up are checked together: a name with one forbidden
/// address is rejected.
package struct AddressPolicy: Sendable {
    private let allowances: [Allowance]

    package init(allowing allowances: [Allowance] = []) {
        self.allowances = allowances
    }

    func check(
        _ addresses: [IPAddress], of endpoint: RegistryEndpoint, own: OwnReach = OwnReach()
    ) throws(TransportError) -> [CheckedAddress] {
        guard !own.includes(endpoint) else { throw .forbidden(Self.isThisServer) }
        for address in addresses { try checkAlways(address, of: endpoint, own) }
        if !isAllowed(endpoint) {
            for address in addresses { try checkPrivate(address, of: endpoint) }
        }
        return addresses.map(CheckedAddress.init)
    }

    /// Checks an endpoint whose name a proxy resolves, as far as that is possible without its addresses.
    func checkName(of endpoint: RegistryEndpoint, own: OwnReach = OwnReach()) throws(TransportError) {
        _ = try check(IPAddress(endpoint.host).map { [$0] } ?? [], of: endpoint, own: own)
    }

    /// Rejects addresses that no approval can allow.
    private func checkAlways(_ address: IPAddress, of endpoint: RegistryEndpoint, _ own: OwnReach) throws(TransportError) {
        if case .never(let what) = AddressKind(address) {
            throw .forbidden(
                endpoint.isLiteral
                    ? "is \(what), and this server never connects there"
                    : "has an address that is not allowed, and this server never connects there")
        }
        for address in [address] + EmbeddedAddress.all(in: address) where own.includes(address, port: endpoint.port) {
            throw .forbidden(Self.isThisServer)
        }
    }

    private func checkPrivate(_ address: IPAddress, of endpoint: RegistryEndpoint) throws(TransportError) {
        let isOutside = EmbeddedAddress.all(in: address).contains { embedded in
            AddressKind(embedded) == .privately && !allowances.contains { $0.covers(embedded) }
                && !endpoint.trust.networks.contains { $0.contains(embedded) }
        }
        guard isOutside else { return }
        let advice = "A server administrator can allow it with 'docker-cloud registry trust \(endpoint.authority)'"
        guard endpoint.isLiteral else { throw .forbidden(ErrorText("has an address that is not allowed yet", advice: advice)) }
        let place = address.isLoopback ? "on the server's own machine" : "in a private network"
        throw .forbidden(ErrorText("is \(place), which is not allowed yet", advice: advice))
    }

    private static let isThisServer: ErrorText = "is this server itself, not a registry"

    private func isAllowed(_ endpoint: RegistryEndpoint) -> Bool {
        endpoint.trust.isApproved || allowances.contains { $0.names(endpoint) }
    }
}

extension RegistryEndpoint {
    /// Whether its host is an address. Errors contain an address only then: they must not reveal the private addresses of a name.
    fileprivate var isLiteral: Bool { IPAddress(host) != nil }
}

/// An address that passed the policy. The client connects to no other addresses.
struct CheckedAddress: Hashable, Sendable {
    let address: IPAddress

    fileprivate init(_ address: IPAddress) {
        self.address = address
    }
}

extension Allowance {
    fileprivate func names(_ endpoint: RegistryEndpoint) -> Bool {
        guard case .authority(let authority) = self else { return false }
        return authority.host == endpoint.host && authority.port == endpoint.port
    }

    fileprivate func covers(_ address: IPAddress) -> Bool {
        guard case .network(let network) = self else { return false }
        return network.contains(address)
    }
}

/// An exception that the operator of the server configures, in addition to the approvals that administrators give to single registries.
package enum Allowance: Hashable, Sendable {
    /// This registry, regardless of the addresses that its name resolves to.
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
