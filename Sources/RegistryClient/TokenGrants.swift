import Domain
import FoundationEssentials

extension Grants {
    /// What a token says that it is good for, where it is a JWT with the claim `access`
    /// (https://distribution.github.io/distribution/spec/auth/jwt/); nothing is known from any other.
    ///
    /// Its signature is the registry's to verify. A realm that lies here lies about its own registry, and a call that the
    /// registry refuses says so.
    init(claimedBy token: Secret, on path: String) {
        self.init()
        guard let access = Self.claims(of: token)?.access else { return }
        let actions = Set(access.filter { $0.isRepository && $0.name == path }.flatMap(\.actions))
        pull = actions.isDisjoint(with: ["pull", "*"]) ? .no : .yes
        push = actions.isDisjoint(with: ["push", "*"]) ? .no : .yes
    }

    /// The middle of the three parts of https://www.rfc-editor.org/rfc/rfc7515#section-7.1. A token is no longer than the
    /// beginning of a body that is read.
    private static func claims(of token: Secret) -> Claims? {
        let parts = token.revealed().split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let json = Data(base64URLEncoded: parts[1]) else { return nil }
        return try? JSONDecoder().decode(Claims.self, from: json)
    }

    private struct Claims: Decodable {
        let access: [Entry]?
    }

    private struct Entry: Decodable {
        let type: String
        let name: String
        let actions: [String]

        /// A class may stand behind the type (https://distribution.github.io/distribution/spec/auth/scope/).
        var isRepository: Bool { type == "repository" || type.hasPrefix("repository(") }
    }
}

extension Data {
    /// https://www.rfc-editor.org/rfc/rfc4648#section-5, without padding.
    fileprivate init?(base64URLEncoded text: Substring) {
        let base64 = text.replacing("-", with: "+").replacing("_", with: "/")
        self.init(base64Encoded: base64 + String(repeating: "=", count: (4 - base64.count % 4) % 4))
    }
}
