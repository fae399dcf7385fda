import Domain
import FoundationEssentials

/// One question for a token.
struct TokenRequest {
    typealias Rights = UpstreamRights

    let realm: TokenRealm
    /// The name that the registry goes by at the realm.
    let service: String?
    /// The repository's path.
    let path: String
    let rights: Rights
    let credential: Credential?

    private static let client = "lighterman"

    /// https://distribution.github.io/distribution/spec/auth/token/
    ///
    /// Without `account`, which some clients add: the user name is in the `Authorization` field already, with some registries
    /// it is a secret, and URLs end up in logs.
    var get: RegistryRequest {
        let parameters = Self.form([("service", service), ("scope", scope), ("client_id", Self.client)])
        return RegistryRequest(.get, realm.url(asking: parameters), authorization: credential?.basic)
    }

    /// The other way to ask, with a credential only (https://distribution.github.io/distribution/spec/auth/oauth/).
    var post: RegistryRequest? {
        credential.map { credential in
            let form = Self.form([
                ("grant_type", "password"), ("service", service), ("scope", scope), ("client_id", Self.client),
                ("username", credential.username.revealed()), ("password", credential.password.revealed()),
            ])
            return RegistryRequest(.post, realm.url(), form: Secret(form))
        }
    }

    private var scope: String { "repository:\(path):\(rights.rawValue)" }

    private static func form(_ parameters: [(name: String, value: String?)]) -> String {
        parameters.compactMap { name, value in value.map { "\(name)=\(escaped($0))" } }.joined(separator: "&")
    }

    /// All but https://www.rfc-editor.org/rfc/rfc3986#section-2.3, so that every byte arrives as it is.
    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            isUnreserved(byte) ? String(UnicodeScalar(byte)) : (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) && byte & 0x40 != 0
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-._~".utf8.contains(byte)
    }
}

extension Credential {
    /// https://www.rfc-editor.org/rfc/rfc7617
    var basic: Secret {
        Secret("Basic \(Data("\(username.revealed()):\(password.revealed())".utf8).base64EncodedString())")
    }
}

/// What a token is to be good for (https://distribution.github.io/distribution/spec/auth/scope/).
package enum UpstreamRights: String, Hashable, Sendable {
    case pull = "pull"
    case pullAndPush = "pull,push"
    case delete = "delete"
}
