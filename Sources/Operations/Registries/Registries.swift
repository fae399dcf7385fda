package import Domain
package import Naming
import RegistryClient
import Storage

extension Backend {
    /// Returns a registry of the namespace's repositories; server administrators can inspect any stored registry.
    package func inspectRegistry(_ authority: RegistryAuthority, in namespace: NamespaceName?, by caller: Caller) async throws -> Registry {
        let grant = try await authorize(.readRepositories, in: namespace, by: caller)
        let mayAdminister = caller.identity.mayAdministerServer
        let found = try await store.read(with: grant) { reader in
            let registry = try reader.registry(authority)
            let filter = RegistryFilter(authorities: [authority])
            return try mayAdminister || reader.registries(in: grant.namespace, where: filter, page: .first).total != 0 ? registry : nil
        }
        guard let registry = found, caller.identity.restriction.touches(authority) else {
            throw RequestError.notFound(
                "No repository of the namespace '\(grant.namespace)' is on the registry '\(authority)': 'docker-cloud registry ls' lists them"
            )
        }
        return registry.withCertificatesOnly
    }
}

extension Backend {
    /// Lists the registries of the namespace's repositories.
    package func listRegistries(
        in namespace: NamespaceName?, where filter: RegistryFilter, page: Page, by caller: Caller
    ) async throws -> Listing<Registry> {
        let grant = try await authorize(.readRepositories, in: namespace, by: caller)
        var filter = filter
        let patterns = caller.identity.restriction.repositories
        if !patterns.isEmpty { filter.authorities = Set(patterns.map(\.authority)) }
        let listing = try await read(ListQuery(items: "registries", page), with: grant, by: caller) { [filter] in
            try $0.registries(in: grant.namespace, where: filter, page: page)
        }
        return listing.map(\.withCertificatesOnly)
    }
}

/// A change of a registry's trust settings. Values that are nil are unchanged; an empty string removes the setting.
package struct RegistryChange: Sendable {
    package var isApproved: Bool?
    package var isPlainHTTP: Bool?
    package var certificateAuthorities: String?
    package var realm: String?
    /// Replaces the whole list.
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
    /// Changes the trust settings of a registry for the whole server. The registry need not have a repository yet.
    package func configureRegistry(
        _ authority: RegistryAuthority, _ change: RegistryChange, in namespace: NamespaceName?, by caller: Caller
    ) async throws -> Recorded<Registry> {
        let started = clock.now()
        let grant = try await authorize(.configureRegistries, in: namespace, by: caller)
        let change = try change.checked(for: authority)
        let action = action(.registryUpdate, on: .registry(authority), in: grant.namespace, started: started, by: caller)
        return try await store.write(with: grant) { writer in
            var registry = try writer.registry(authority) ?? Registry(first: authority)
            registry = registry.withCertificatesOnly
            registry.apply(change)
            try writer.configure(registry)
            try writer.record(action)
            return Recorded(value: registry, action: action)
        }
    }
}

extension Registry {
    /// A registry that is not stored yet.
    init(first authority: RegistryAuthority) {
        self.init(authority: authority, isSSL: authority.isLiteralLoopback ? nil : true)
    }

    /// The same registry. Earlier versions stored the whole text that held the certificates, which may include a private key.
    fileprivate var withCertificatesOnly: Registry {
        var registry = self
        registry.trust.certificateAuthorities = trust.certificateAuthorities.flatMap { CertificateAuthorities(stored: $0)?.pem }
        return registry
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

    /// Rejects unusable values when they are set, so that they can be corrected at once.
    ///
    /// - Returns: the change to store.
    fileprivate func checked(for authority: RegistryAuthority) throws(RequestError) -> RegistryChange {
        var change = self
        if let certificateAuthorities, !certificateAuthorities.isEmpty {
            change.certificateAuthorities = try Self.certificates(certificateAuthorities)
        }
        if let realm, !realm.isEmpty, !TokenRealms.isUsable(realm) {
            throw .invalid("realm must be a URL such as https://auth.registry.example/token")
        }
        if let blobHosts, blobHosts.count > Self.maximumBlobHosts {
            throw .invalid("blob_hosts has more than \(Self.maximumBlobHosts) entries")
        }
        if authority.isDockerHub, isPlainHTTP == true { throw .invalid("Docker Hub is only used with TLS") }
        return change
    }

    private static func certificates(_ text: String) throws(RequestError) -> String {
        do throws(CertificateAuthorities.ParsingError) {
            return try CertificateAuthorities(parsing: text).pem
        } catch {
            switch error {
            case .privateKey:
                throw .invalid("ca_certificate contains a private key. Nothing was stored. Send the certificates without it.")
            case .notCertificates:
                throw .invalid("ca_certificate must be one or more certificates in PEM, and no other text but lines that begin with #")
            }
        }
    }
}
