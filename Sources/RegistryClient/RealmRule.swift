import Domain
import Naming

/// Where a registry may have its tokens made. Whoever makes them is sent the credential, and a registry that names the
/// realm freely names whom it likes: CVE-2026-33540, CVE-2026-48978.
struct RealmRule {
    let registry: RegistryEndpoint

    /// Realms that are on other hosts than their registries, and belong to them all the same.
    private static let known = ["docker.io": "auth.docker.io", "registry.gitlab.com": "gitlab.com"]

    func realm(named text: String) throws(RealmError) -> TokenRealm {
        let url = try RealmURL(parsing: text)
        guard url.isTLS || !registry.isTLS else { throw .unusable("it is http, and the registry itself is https") }
        if let pinned = registry.trust.realm, (try? RealmURL(parsing: pinned))?.canonical != url.canonical { throw .changed(url) }
        if isOwn(url) { return realm(at: registry.authority, url, isApproved: registry.trust.isApproved) }
        // Nobody has to approve it, and nobody has: it must be where the whole world finds it.
        if isKnown(url) { return realm(at: url.authority, url, isApproved: false) }
        guard registry.trust.realm != nil else { throw .foreign(url) }
        return realm(at: url.authority, url, isApproved: true)
    }

    private func realm(at authority: RegistryAuthority, _ url: RealmURL, isApproved: Bool) -> TokenRealm {
        var trust = registry.trust
        trust.isApproved = isApproved
        trust.realm = nil
        return TokenRealm(endpoint: RegistryEndpoint(authority: authority, isTLS: url.isTLS, trust: trust), url: url)
    }

    private func isOwn(_ url: RealmURL) -> Bool {
        let (own, named) = (registry.authority.origin(isTLS: registry.isTLS), url.authority.origin(isTLS: url.isTLS))
        return own == named
    }

    private func isKnown(_ url: RealmURL) -> Bool {
        registry.isTLS && url.isTLS && Self.known[registry.authority.description] == url.authority.description
    }
}

extension RegistryAuthority {
    fileprivate func origin(isTLS: Bool) -> (host: String, port: Int) {
        (isDockerHub ? Self.dockerHubAPIHost : host, port ?? (isTLS ? 443 : 80))
    }
}

/// A realm that passed the rule.
struct TokenRealm: Hashable, Sendable {
    let endpoint: RegistryEndpoint
    let url: RealmURL

    /// The URL to ask for a token, with these parameters behind those that the realm has itself.
    func url(asking parameters: String? = nil) -> String {
        let query = [url.query, parameters].compactMap(\.self).filter { !$0.isEmpty }.joined(separator: "&")
        return endpoint.origin + url.path + (query.isEmpty ? "" : "?\(query)")
    }

    /// What is stored of it; nothing where the registry has put the credential there.
    func pin(hiding credential: Credential?) -> String? {
        if let credential, CredentialTraces(credential).occur(in: url.canonical) { return nil }
        return url.canonical
    }
}

/// Why a realm is not asked.
enum RealmError: Error, Hashable, Sendable {
    /// Nobody can allow it.
    case unusable(String)
    /// It is elsewhere, and nobody allowed that.
    case foreign(RealmURL)
    /// It is another than the one that is pinned.
    case changed(RealmURL)

    /// A sentence for people, with the command that allows it where one does.
    func reason(for registry: RegistryAuthority, hiding credential: Credential?) -> String {
        switch self {
        case .unusable(let reason):
            "the token realm that the registry names is not used, and cannot be allowed: \(reason)"
        case .foreign(let url):
            "the registry has its tokens made elsewhere, at \(Self.text(url, hiding: credential)); "
                + "an administrator allows it with \(Self.command(url, registry, hiding: credential))"
        case .changed(let url):
            "the registry now names another realm, \(Self.text(url, hiding: credential)); "
                + "an administrator confirms it with \(Self.command(url, registry, hiding: credential))"
        }
    }

    private static func command(_ url: RealmURL, _ registry: RegistryAuthority, hiding credential: Credential?) -> String {
        "`docker-cloud registry trust \(registry) --realm \(text(url, hiding: credential))`"
    }

    /// A registry that knows the credential must not get it into our answers by way of its realm.
    private static func text(_ url: RealmURL, hiding credential: Credential?) -> String {
        if let credential, CredentialTraces(credential).occur(in: url.canonical) { return "URL" }
        return url.canonical
    }
}
