import Domain
import Naming

/// Decides where the server may connect to, from addresses alone. All answers of one look-up are judged together: a name
/// that also resolves to a place where nobody may connect to is not a registry's.
package struct AddressPolicy: Sendable {
    private let allowances: [Allowance]

    package init(allowing allowances: [Allowance] = []) {
        self.allowances = allowances
    }

    func check(
        _ addresses: [IPAddress], of endpoint: RegistryEndpoint, own: OwnReach = OwnReach()
    ) throws(TransportError) -> [CheckedAddress] {
        guard !own.includes(endpoint) else { throw .forbidden("it is this server itself, which is no registry") }
        for address in addresses { try checkAlways(address, of: endpoint, own) }
        if !isAllowed(endpoint) {
            for address in addresses { try checkPrivate(address, of: endpoint) }
        }
        return addresses.map(CheckedAddress.init)
    }

    /// Checks what can be checked without the addresses of a name, which a proxy resolves.
    func checkName(of endpoint: RegistryEndpoint, own: OwnReach = OwnReach()) throws(TransportError) {
        _ = try check(IPAddress(endpoint.host).map { [$0] } ?? [], of: endpoint, own: own)
    }

    /// What no approval lifts.
    private func checkAlways(_ address: IPAddress, of endpoint: RegistryEndpoint, _ own: OwnReach) throws(TransportError) {
        if case .never(let what) = AddressKind(address) {
            throw .forbidden(
                "\(endpoint.place(address)) is \(endpoint.isLiteral ? what : "not allowed"), and this server never connects there")
        }
        for address in [address] + EmbeddedAddress.all(in: address) where own.includes(address, port: endpoint.port) {
            throw .forbidden("\(endpoint.place(address)) with port \(endpoint.port) is this server itself, which is no registry")
        }
    }

    private func checkPrivate(_ address: IPAddress, of endpoint: RegistryEndpoint) throws(TransportError) {
        let isOutside = EmbeddedAddress.all(in: address).contains { embedded in
            AddressKind(embedded) == .privately && !allowances.contains { $0.covers(embedded) }
                && !endpoint.trust.networks.contains { $0.contains(embedded) }
        }
        guard isOutside else { return }
        let command = "docker-cloud registry trust \(endpoint.authority)"
        guard endpoint.isLiteral else {
            throw .forbidden("its address is not allowed: a server administrator must allow it first: \(command)")
        }
        let place = address.isLoopback ? "on the server's own machine" : "in a private network"
        throw .forbidden("its address \(address) is \(place), where a server administrator must allow it first: \(command)")
    }

    private func isAllowed(_ endpoint: RegistryEndpoint) -> Bool {
        endpoint.trust.isApproved || allowances.contains { $0.names(endpoint) }
    }
}

extension RegistryEndpoint {
    /// Whether its host is an address, which then is no secret. What a name leads to in a private network is told to nobody here.
    fileprivate var isLiteral: Bool { IPAddress(host) != nil }

    fileprivate func place(_ address: IPAddress) -> String { isLiteral ? "its address \(address)" : "its address" }
}

/// An address that the policy has let through; nothing else is connected to.
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
