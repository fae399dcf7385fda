package import Domain
package import Naming
import RegistryClient
import Storage

/// What is to change in what a registry is allowed. What is nil stays as it is; an empty text takes away what was set.
package struct RegistryChange: Sendable {
    package var isApproved: Bool?
    package var isPlainHTTP: Bool?
    package var certificateAuthorities: String?
    package var realm: String?
    /// All of them.
    package var blobHosts: [RegistryAuthority]?

    package init(
        isApproved: Bool?, isPlainHTTP: Bool?, certificateAuthorities: String?, realm: String?, blobHosts: [RegistryAuthority]? = nil
    ) {
        self.blobHosts = blobHosts
        self.isApproved = isApproved
        self.isPlainHTTP = isPlainHTTP
        self.certificateAuthorities = certificateAuthorities
        self.realm = realm
    }
}

extension Backend {
    /// Changes what a registry is allowed, for the whole server; also of one that no repository is on yet.
    package func configureRegistry(
        _ authority: RegistryAuthority, _ change: RegistryChange, in namespace: NamespaceName?, by caller: Caller
    ) async throws -> Recorded<Registry> {
        let started = clock.now()
        let grant = try await authorize(.configureRegistries, in: namespace, by: caller)
        try change.check(for: authority)
        let action = action(.registryUpdate, on: .registry(authority), in: grant.namespace, started: started, by: caller)
        return try await store.write(with: grant) { writer in
            var registry = try writer.registry(authority) ?? Registry(first: authority)
            registry.apply(change)
            try writer.configure(registry)
            try writer.record(action)
            return Recorded(value: registry, action: action)
        }
    }
}

extension Registry {
    /// A registry that nothing is known of yet.
    init(first authority: RegistryAuthority) {
        self.init(authority: authority, isSSL: authority.isLiteralLoopback ? nil : true)
    }

    fileprivate mutating func apply(_ change: RegistryChange) {
        let wasPlain = trust.isPlainHTTP
        trust.isApproved = change.isApproved ?? trust.isApproved
        if change.isApproved == false { (trust.networks, trust.blobHosts) = ([], []) }
        if let hosts = change.blobHosts { trust.blobHosts = Set(hosts) }
        trust.isPlainHTTP = change.isPlainHTTP ?? trust.isPlainHTTP
        if let pem = change.certificateAuthorities { trust.certificateAuthorities = pem.isEmpty ? nil : pem }
        if let realm = change.realm { trust.realm = realm.isEmpty ? nil : realm }
        if trust.isPlainHTTP {
            isSSL = false
        } else if wasPlain {
            isSSL = Registry(first: authority).isSSL
        }
    }
}

extension RegistryChange {
    private static let maximumBlobHosts = 100

    /// What could never be used is refused here, where somebody can mend it.
    fileprivate func check(for authority: RegistryAuthority) throws(RequestError) {
        if let certificateAuthorities, !certificateAuthorities.isEmpty, !CertificateAuthorities.areValid(certificateAuthorities) {
            throw .invalid("ca_certificate must be one or more certificates in PEM")
        }
        if let realm, !realm.isEmpty, !TokenRealms.isUsable(realm) {
            throw .invalid("realm must be a URL such as https://auth.registry.example/token")
        }
        if let blobHosts, blobHosts.count > Self.maximumBlobHosts {
            throw .invalid("blob_hosts has more than \(Self.maximumBlobHosts) entries")
        }
        if authority.isDockerHub, isPlainHTTP == true { throw .invalid("Docker Hub is never spoken to without TLS") }
    }
}
