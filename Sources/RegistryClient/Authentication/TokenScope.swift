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

    /// The scope that a registry's challenge asks for; nil if it asks for more than the request needs, or for something else.
    ///
    /// A registry behind a path prefix knows the repository under a longer or shorter name than its clients do.
    init?(challenge text: String, rights: UpstreamRights, on path: String) {
        let parts = text.split(separator: " ").map(String.init)
        guard !parts.isEmpty, parts.allSatisfy({ Self.isAcceptable($0, rights, path) }) else { return nil }
        texts = parts
    }

    /// The right to list tags at Azure Container Registry.
    private static let metadata = "metadata_read"
    private static let maximumLength = 1024

    private static func isAcceptable(_ text: String, _ rights: UpstreamRights, _ path: String) -> Bool {
        guard text.utf8.count <= maximumLength, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
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
