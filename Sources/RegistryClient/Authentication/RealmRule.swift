import Domain
import Naming

/// Decides which token realms a registry may name. The realm receives the credential, and a registry can name any URL: CVE-2026-33540,
/// CVE-2026-48978.
struct RealmRule {
    let registry: RegistryEndpoint

    /// Realms on other hosts that belong to their registries.
    private static let known = ["docker.io": "auth.docker.io", "registry.gitlab.com": "gitlab.com"]

    func realm(named text: String) throws(RealmError) -> TokenRealm {
        let url = try TokenRealm.url(parsing: text)
        guard url.isTLS || !registry.isTLS else { throw .unusable("it is http, and the registry itself is https") }
        if let pinned = registry.trust.realm, !TokenRealm.isPinned(pinned, url) {
            throw .changed(url)
        }
        if registry.hasHostAndPort(of: url) { return realm(at: registry.authority, url, as: registry.trust) }
        // An approval of the registry does not cover these hosts: their addresses must be public.
        if isKnown(url) { return realm(at: url.authority, url, as: RegistryTrust()) }
        guard registry.trust.realm != nil else { throw .foreign(url) }
        return realm(at: url.authority, url, as: RegistryTrust(isApproved: true))
    }

    /// - Parameter approval: how far private networks are allowed.
    private func realm(at authority: RegistryAuthority, _ url: RegistryURL, as approval: RegistryTrust) -> TokenRealm {
        var trust = registry.trust
        (trust.isApproved, trust.networks, trust.blobHosts) = (approval.isApproved, approval.networks, [])
        trust.realm = nil
        return TokenRealm(endpoint: RegistryEndpoint(authority: authority, isTLS: url.isTLS, trust: trust), url: url)
    }

    private func isKnown(_ url: RegistryURL) -> Bool {
        registry.isTLS && url.isTLS && Self.known[registry.authority.description] == url.authority.description
    }
}

/// A realm that the rule allows.
struct TokenRealm: Hashable, Sendable {
    let endpoint: RegistryEndpoint
    let url: RegistryURL

    /// Path and query of a request for a token, with these parameters after the realm's own.
    func target(adding parameters: String? = nil) -> String {
        let query = [url.query, parameters].compactMap(\.self).filter { !$0.isEmpty }.joined(separator: "&")
        return url.path + (query.isEmpty ? "" : "?\(query)")
    }

    /// The URL to store as the registry's realm; nil if the URL contains a secret.
    func pin(hiding secrets: SecretsInUse) -> String? { secrets.areRepeated(in: url.withoutQuery) ? nil : url.withoutQuery }
}

extension TokenRealm {
    static let maximumLength = 1024

    private static let alphanumerics = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    /// Fewer than https://www.rfc-editor.org/rfc/rfc3986#section-3.3 allows: a refusal prints the URL in a command that users paste into a
    /// shell, and a registry must not be able to write `;` or `$(…)` there.
    private static let pathCharacters = Set("\(alphanumerics)-._~/%:@+,=".utf8)
    private static let queryCharacters = pathCharacters.union("?!$&'()*;".utf8)

    static func url(parsing text: String) throws(RealmError) -> RegistryURL {
        guard text.utf8.count <= maximumLength else { throw .unusable("it is too long") }
        // No character of a realm is percent-encoded for the registry.
        guard text.percentEncodedOnce(keeping: "!$&'()*+,;=:@/?") == text else {
            throw .unusable("it has a character that is not accepted in a realm")
        }
        let url: RegistryURL
        do throws(RegistryURLError) { url = try RegistryURL(resolving: text) } catch { throw .unusable(error.reason) }
        guard isValid(url.path, pathCharacters), isValid(url.query ?? "", queryCharacters) else {
            throw .unusable("it has a character that is not accepted in a realm")
        }
        return url
    }

    /// Whether a pinned realm equals this one, regardless of the query.
    static func isPinned(_ text: String, _ url: RegistryURL) -> Bool { (try? Self.url(parsing: text))?.withoutQuery == url.withoutQuery }

    private static func isValid(_ text: String, _ characters: Set<UInt8>) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.allSatisfy(characters.contains)
            && bytes.indices.allSatisfy { bytes[$0] != UInt8(ascii: "%") || isHexadecimal(bytes[($0 + 1)...].prefix(2)) }
    }

    private static func isHexadecimal(_ digits: ArraySlice<UInt8>) -> Bool {
        digits.count == 2 && digits.allSatisfy { Character(UnicodeScalar($0)).isHexDigit }
    }
}

extension RegistryURL {
    /// Scheme, host, port and path.
    var withoutQuery: String { "\(isTLS ? "https" : "http")://\(authority.apiAuthority)\(path)" }
}

/// The reason for not requesting a token from a realm.
enum RealmError: Error, Hashable, Sendable {
    /// No administrator can allow it.
    case unusable(String)
    /// It is on another host, which no administrator has allowed.
    case foreign(RegistryURL)
    /// It differs from the pinned realm.
    case changed(RegistryURL)

    /// For users, with the command that allows the realm if there is one.
    func text(for registry: RegistryAuthority, hiding secrets: SecretsInUse) -> ErrorText {
        let failure: RequestFailure =
            switch self {
            case .unusable(let reason): .unusableRealm(reason)
            case .foreign(let url): .foreignRealm(Self.text(url, hiding: secrets))
            case .changed(let url): .changedRealm(Self.text(url, hiding: secrets))
            }
        return RequestedHost.registry(registry).text(failure)
    }

    /// The URL of a realm must not carry a secret into this server's responses.
    private static func text(_ url: RegistryURL, hiding secrets: SecretsInUse) -> String {
        secrets.areRepeated(in: url.withoutQuery) ? "URL" : url.withoutQuery
    }
}

extension Challenge {
    /// The same challenge with a token realm that is absolute: a relative one is resolved against the URL of the request
    /// (https://www.rfc-editor.org/rfc/rfc3986#section-5.2). A realm that cannot be resolved is left unchanged, and ``RealmRule`` rejects
    /// it.
    func resolvingRealm(against base: RegistryURL) -> Challenge {
        guard scheme == "bearer", let realm = parameters["realm"], !realm.isEmpty, !realm.utf8.contains(UInt8(ascii: "#")),
            (try? RegistryURL(resolving: realm)) == nil, let url = try? RegistryURL(resolving: realm, against: base)
        else { return self }
        return Challenge(scheme: scheme, parameters: parameters.merging(["realm": url.description]) { $1 })
    }
}

/// URLs of token realms.
package enum TokenRealms {
    /// Whether the URL can be a registry's token realm.
    package static func isUsable(_ url: String) -> Bool { (try? TokenRealm.url(parsing: url)) != nil }
}
