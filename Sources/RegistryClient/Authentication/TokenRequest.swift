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
    let secrets: SecretsInUse

    var registry: RegistryAuthority { repository.authority }

    /// The purpose of the login.
    var use: LoginUse { LoginUse(forPull == nil ? .pull : .more(scope.texts.joined(separator: " ")), of: repository) }

    /// The same request for the right to pull only; nil if this is such a request.
    var forPull: TokenRequest? {
        guard scope != .pull(repository.path) else { return nil }
        var request = self
        request.scope = .pull(repository.path)
        return request
    }

    private static let client = "lighterman"

    /// Path and query of a GET (https://distribution.github.io/distribution/spec/auth/token/).
    ///
    /// Omits `account`, which some clients add: the `Authorization` field contains the user name already, some registries treat it as a
    /// secret, and URLs are logged.
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
        parameters.compactMap { name, value in value.map { "\(name)=\($0.percentEncoded())" } }.joined(separator: "&")
    }

}

extension Credential {
    /// https://www.rfc-editor.org/rfc/rfc7617
    var basic: Secret {
        Secret("Basic \(Data("\(username.revealed()):\(password.revealed())".utf8).base64EncodedString())")
    }
}

/// The rights that a token is requested for (https://distribution.github.io/distribution/spec/auth/scope/).
struct TokenScope: Hashable, Sendable {
    /// `repository:team/image:pull,push`; one for each repository.
    let texts: [String]

    /// The scope of a request by the rules of the distribution API.
    init(_ rights: UpstreamRights, on path: String, mountingFrom source: String? = nil) {
        texts = ["repository:\(path):\(rights.rawValue)"] + (source.map { ["repository:\($0):pull"] } ?? [])
    }

    /// The scope of a pull from a repository.
    static func pull(_ path: String) -> TokenScope { TokenScope(.pull, on: path) }

    /// The scope that a registry's challenge demands; nil if it demands more than the request needs, or something else.
    ///
    /// A registry behind a path prefix may use a longer or shorter name of the repository than its clients.
    init?(challenge text: String, rights: UpstreamRights, on path: String) {
        let parts = text.split(separator: " ").map(String.init)
        guard !parts.isEmpty, parts.allSatisfy({ Self.isAcceptable($0, rights, path) }) else { return nil }
        texts = parts
    }

    /// The right to list tags at Azure Container Registry.
    private static let metadata = "metadata_read"
    private static let maximumLength = 1024

    private static func isAcceptable(_ text: String, _ rights: UpstreamRights, _ path: String) -> Bool {
        guard text.utf8.count <= maximumLength, text.utf8.allSatisfy(\.isPrintableASCII),
            let first = text.firstIndex(of: ":"), let last = text.lastIndex(of: ":"), first < last
        else { return false }
        let type = text[..<first]
        let name = text[text.index(after: first)..<last]
        let actions = Set(text[text.index(after: last)...].split(separator: ",").map(String.init))
        let isRepository = type == "repository" || type.hasPrefix("repository(")
        guard name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy({ !["", ".", ".."].contains($0) }) else {
            return false
        }
        let isNamed = name == path || name.hasSuffix("/\(path)") || path.hasSuffix("/\(name)")
        return isRepository && isNamed && !actions.isEmpty && actions.isSubset(of: rights.actions.union([metadata]))
    }
}

/// The rights that a request needs at a registry.
package enum UpstreamRights: String, Hashable, Sendable {
    case pull = "pull"
    case pullAndPush = "pull,push"
    case delete = "delete"

    var actions: Set<String> { Set(rawValue.split(separator: ",").map(String.init)) }
}
