import Domain
package import NIOCore
import Naming
import Synchronization

/// The addresses of this server, to which it must not connect itself. Listeners are added when they start to listen.
package final class OwnAddresses: Sendable {
    private let listeners = Mutex<Set<SocketName>>([])
    private let publicURL: SocketName?
    private let publicHost: String?

    /// - Parameter publicURL: such as `https://lighterman.example`, without a path.
    package init(publicURL: String? = nil) {
        let parts = publicURL?.split(separator: "://", maxSplits: 1) ?? []
        let authority = parts.count == 2 ? try? RegistryAuthority(parsing: parts[1]) : nil
        publicHost = authority.map { "\($0.host):\($0.port ?? (parts[0] == "https" ? 443 : 80))" }
        self.publicURL = authority.flatMap { authority in
            IPAddress(authority.host).map { SocketName(address: $0, port: authority.port ?? (parts[0] == "https" ? 443 : 80)) }
        }
    }

    /// - Parameter name: the address of a listener; the unspecified address means all addresses of this machine.
    package func listens(on name: SocketAddress) {
        guard let address = IPAddress(name), let port = name.port else { return }
        _ = listeners.withLock { $0.insert(SocketName(address: address, port: port)) }
    }

    /// The present addresses. Interfaces change, so that each call enumerates them.
    func reach() -> OwnReach {
        let listeners = listeners.withLock { $0 }
        let isEverywhere = listeners.contains(where: \.address.isUnspecified)
        return OwnReach(
            listeners: listeners.union([publicURL].compactMap(\.self)), interfaces: isEverywhere ? Self.interfaces() : [],
            publicHost: publicHost)
    }

    private static func interfaces() -> [IPAddress] {
        let devices = (try? System.enumerateDevices()) ?? []
        return devices.compactMap { $0.address.flatMap { IPAddress($0) } }
    }
}

/// An address and a port.
struct SocketName: Hashable, Sendable {
    let address: IPAddress
    let port: Int
}

/// The addresses of this server at one moment.
struct OwnReach: Hashable, Sendable {
    var listeners: Set<SocketName> = []
    var interfaces: [IPAddress] = []
    /// `lighterman.example:443`
    var publicHost: String?

    func includes(_ endpoint: RegistryEndpoint) -> Bool {
        publicHost == "\(endpoint.host):\(endpoint.port)"
    }

    /// A listener on all addresses is reachable at all of 127.0.0.0/8, although the interface lists only one address of it.
    func includes(_ address: IPAddress, port: Int) -> Bool {
        listeners.contains { listener in
            let isEverywhere = listener.address.isUnspecified && (address.isLoopback || interfaces.contains(address))
            return listener.port == port && (listener.address == address || isEverywhere)
        }
    }
}

extension IPAddress {
    init?(_ address: SocketAddress) {
        guard let text = address.ipAddress else { return nil }
        self.init(text)
    }
}
