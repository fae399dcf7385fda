import Domain
import FoundationEssentials
import Naming

/// A bearer token, as a realm issues it (https://distribution.github.io/distribution/spec/auth/token/).
struct Token: Hashable, Sendable {
    let secret: Secret
    /// Further tokens in the realm's response, such as one to refresh it. They are not used.
    let others: Set<Secret>
    /// The validity, from the time of the request for the token.
    let lifetime: Duration

    /// The validity if the realm states none, and the minimum.
    static let shortestLifetime = Duration.seconds(60)
    /// A token is renewed after this time even if the realm states a longer validity.
    static let longestLifetime = Duration.hours(1)
    /// A longer validity is treated as an error of the realm.
    private static let credibleLifetime = Duration.hours(24)

    /// Reads a realm's response; nil for a response without a usable token.
    init?(response body: [UInt8], now: Date = Date()) {
        guard let document = try? JSONDecoder().decode(Document.self, from: Data(body)) else { return nil }
        let candidates = [document.accessToken, document.token].compactMap(\.self)
        guard let text = candidates.first(where: { !$0.isEmpty }), text.utf8.count <= Self.maximumSize,
            // Other bytes would end the header field, or the token in it.
            text.utf8.allSatisfy(\.isPrintableASCII)
        else { return nil }
        secret = Secret(text)
        others = Set((candidates + document.others).filter { $0 != text && !$0.isEmpty }.map { Secret($0) })
        lifetime = Self.lifetime(stated: document.expiresIn, by: secret, now)
    }

    private static func lifetime(stated seconds: Double?, by token: Secret, _ now: Date) -> Duration {
        var lifetime = seconds.map { Duration.seconds($0) } ?? shortestLifetime
        if lifetime > credibleLifetime {
            let limit = credibleLifetime / .seconds(1)
            let expiry = TokenClaims(token)?.exp.map { Duration.seconds(min(max($0 - now.timeIntervalSince1970, 0), limit)) }
            lifetime = expiry ?? shortestLifetime
        }
        return min(max(lifetime, shortestLifetime), longestLifetime)
    }

    /// In bytes. Registries and proxies accept no larger header field.
    private static let maximumSize = 16 << 10

    /// https://www.rfc-editor.org/rfc/rfc6750#section-2.1
    var authorization: Secret { Secret("Bearer \(secret.revealed())") }

    private struct Document: Decodable {
        let token: String?
        let accessToken: String?
        let others: [String]
        /// In seconds; nil also for anything that is not a number between -1 and 10^12.
        let expiresIn: Double?

        private enum Name: String, CodingKey {
            case token
            case accessToken = "access_token"
            case refreshToken = "refresh_token"
            case identityToken = "id_token"
            case expiresIn = "expires_in"
        }

        init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: Name.self)
            token = try? members.decodeIfPresent(String.self, forKey: .token)
            accessToken = try? members.decodeIfPresent(String.self, forKey: .accessToken)
            others = [Name.refreshToken, .identityToken].compactMap { try? members.decodeIfPresent(String.self, forKey: $0) }
            let number = try? members.decodeIfPresent(Double.self, forKey: .expiresIn)
            let text = (try? members.decodeIfPresent(String.self, forKey: .expiresIn)).flatMap { Double($0) }
            expiresIn = (number ?? text).flatMap { (-1...1e12).contains($0) ? $0 : nil }
        }
    }
}

extension Duration {
    fileprivate static func hours(_ hours: Int) -> Duration { .seconds(hours * 3600) }
}

/// The claims of a token that is a JWT (https://distribution.github.io/distribution/spec/auth/jwt/). The registry verifies the signature:
/// false claims of a realm concern only its own registry.
struct TokenClaims: Decodable {
    /// nil if the claim is missing or malformed.
    let access: [Entry]?
    /// The expiry in seconds since 1970; nil if the claim is missing or malformed.
    let exp: Double?

    struct Entry: Decodable {
        let type: String
        let name: String
        let actions: [String]

        /// A class may follow the type (https://distribution.github.io/distribution/spec/auth/scope/).
        var isRepository: Bool { type == "repository" || type.hasPrefix("repository(") }
    }

    private enum Name: String, CodingKey { case access, exp }

    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Name.self)
        access = try? members.decodeIfPresent([Entry].self, forKey: .access)
        exp = try? members.decodeIfPresent(Double.self, forKey: .exp)
    }

    /// Reads the second of the three parts (https://www.rfc-editor.org/rfc/rfc7515#section-7.1); nil for a token of another form.
    init?(_ token: Secret) {
        let parts = token.revealed().split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let json = Data(base64URLEncoded: parts[1]),
            let claims = try? JSONDecoder().decode(TokenClaims.self, from: json)
        else { return nil }
        self = claims
    }
}

extension Grants {
    /// The rights that a token claims on a repository; unknown for a token without the claim `access`.
    init(claimedBy token: Secret, on path: String) {
        self.init()
        guard let access = TokenClaims(token)?.access else { return }
        let actions = Set(access.filter { $0.isRepository && $0.name == path }.flatMap(\.actions))
        pull = actions.isDisjoint(with: ["pull", "*"]) ? .no : .yes
        push = actions.isDisjoint(with: ["push", "*"]) ? .no : .yes
    }
}

extension Data {
    /// https://www.rfc-editor.org/rfc/rfc4648#section-5, without padding.
    fileprivate init?(base64URLEncoded text: Substring) {
        let base64 = text.replacing("-", with: "+").replacing("_", with: "/")
        self.init(base64Encoded: base64 + String(repeating: "=", count: (4 - base64.count % 4) % 4))
    }
}
