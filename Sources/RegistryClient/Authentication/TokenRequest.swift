import Domain
import FoundationEssentials
import Naming

/// The parameters of a request for a token.
struct TokenRequest {
    /// The repository that the token is for.
    let repository: RepositoryName
    let realm: TokenRealm
    /// The registry's name at the realm.
    let service: String?
    var scope: TokenScope
    let credential: Credential?

    var registry: RegistryAuthority { repository.authority }

    /// The purpose of the login.
    var use: LoginUse { LoginUse(forPull == nil ? .pull : .more(scope.texts.joined(separator: " ")), of: repository) }

    /// The same request for the right to pull only; nil if it is one.
    var forPull: TokenRequest? {
        guard scope != .pull(repository.path) else { return nil }
        var request = self
        request.scope = .pull(repository.path)
        return request
    }

    private static let client = "lighterman"

    /// Path and query of a GET (https://distribution.github.io/distribution/spec/auth/token/).
    ///
    /// Without `account`, which some clients add: the user name is in the `Authorization` field already, with some registries
    /// it is a secret, and URLs are logged.
    var target: String {
        realm.target(adding: Self.form([("service", service)] + scope.texts.map { ("scope", $0) } + [("client_id", Self.client)]))
    }

    /// The body of a POST (https://distribution.github.io/distribution/spec/auth/oauth/); nil without a credential.
    var form: Secret? {
        credential.map { credential in
            Secret(
                Self.form([
                    ("grant_type", "password"), ("service", service), ("scope", scope.texts.joined(separator: " ")),
                    ("client_id", Self.client), ("username", credential.username.revealed()), ("password", credential.password.revealed()),
                ]))
        }
    }

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
