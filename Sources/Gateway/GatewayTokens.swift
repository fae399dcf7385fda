import Domain
import FoundationEssentials
import Naming
package import Operations
package import Sealing
import Synchronization

/// Issues and verifies the tokens of clients (https://distribution.github.io/distribution/spec/auth/jwt/). A token contains the API key
/// that it was issued for and the requested access, but no rights: these are checked on each request.
package struct GatewayTokens: Sendable {
    private let signer: TokenSigner
    private let clock: Clock
    private let verified = Verified()

    package init(signer: TokenSigner, clock: Clock = .system) {
        self.signer = signer
        self.clock = clock
    }

    static let issuer = "lighterman"
    /// In seconds.
    static let lifetime = 300

    func make(for identity: Identity, service: String, access: [Access]) throws -> (text: String, issued: Date) {
        let now = clock.now()
        let claims = Claims(
            iss: Self.issuer, sub: identity.account.name.description, aud: service, iat: Int(now.timeIntervalSince1970),
            exp: Int(now.timeIntervalSince1970) + Self.lifetime, key: identity.key.id, access: access)
        return (signer.sign(Array(try JSONEncoder().encode(claims))), now)
    }

    /// The claims of a token of this server that has not expired; nil for anything else. A token from the future was issued before the
    /// clock was set back, and would be valid for too long.
    func claims(of text: String) -> Claims? {
        let now = clock.now().timeIntervalSince1970
        guard let claims = verified[text] ?? verify(text), Double(claims.exp) > now, Double(claims.iat) <= now,
            Double(claims.exp) - Double(claims.iat) <= Double(Self.lifetime)
        else { return nil }
        return claims
    }

    private func verify(_ text: String) -> Claims? {
        guard let payload = signer.payload(of: text), let claims = try? JSONDecoder().decode(Claims.self, from: Data(payload)),
            claims.iss == Self.issuer
        else { return nil }
        verified[text] = claims
        return claims
    }

    /// The tokens with a verified signature: clients send each token with many requests.
    private final class Verified: Sendable {
        private let claims = Mutex(BoundedDictionary<String, Claims>(capacity: 10_000) { $0.exp < $1.exp })

        subscript(text: String) -> Claims? {
            get { claims.withLock { $0[text] } }
            set { claims.withLock { $0[text] = newValue } }
        }
    }

    struct Claims: Codable, Sendable {
        let iss: String
        let sub: String
        let aud: String
        let iat: Int
        let exp: Int
        let key: APIKey.ID
        let access: [Access]
    }

    /// The access of a token to one repository.
    struct Access: Codable, Hashable, Sendable {
        var type = "repository"
        /// As the client named it.
        let name: String
        let namespace: String
        /// The canonical name.
        let repository: String
        let actions: [String]

        /// Listing the repositories (https://distribution.github.io/distribution/spec/auth/scope/).
        static let catalog = Access(type: "registry", name: "catalog", namespace: "", repository: "", actions: ["*"])

        func allows(_ use: ContentUse, of name: RepositoryName, in namespace: NamespaceName) -> Bool {
            type == "repository" && self.namespace == namespace.description && repository == name.description
                && actions.contains(use.action)
        }
    }
}

extension ContentUse {
    /// The name of the action in scopes (https://distribution.github.io/distribution/spec/auth/scope/).
    var action: String {
        switch self {
        case .pull: "pull"
        case .push: "push"
        case .delete: "delete"
        }
    }
}
