import Domain
import FoundationEssentials

/// The claims of a token that is a JWT (https://distribution.github.io/distribution/spec/auth/jwt/). Verifying the signature is the
/// registry's task: a realm that lies here lies about its own registry.
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

    /// Reads the middle of the three parts (https://www.rfc-editor.org/rfc/rfc7515#section-7.1); nil for a token of another form.
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
