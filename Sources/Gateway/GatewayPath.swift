import Naming

/// A path of the distribution API below `/v2/` (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#endpoints).
///
/// It is parsed from the right: the name of a repository may contain components such as `manifests` and `blobs`.
enum GatewayPath: Hashable, Sendable {
    case base
    case catalog
    case repository(name: String, Resource)

    enum Resource: Hashable, Sendable {
        case manifest(ManifestReference)
        case blob(ContentDigest)
        case uploads
        /// An upload in progress, by the token of its location on the registry.
        case upload(String)
        case tags
        case referrers(ContentDigest)

        /// The tag or digest in the path.
        var reference: String? {
            switch self {
            case .manifest(let reference): "\(reference)"
            case .blob(let digest), .referrers(let digest): digest.description
            case .uploads, .upload, .tags: nil
            }
        }
    }

    enum ParsingError: Error, Hashable, Sendable {
        case unknown
        case reference
        case digest
    }

    /// - Parameter path: begins with `/v2`.
    init(parsing path: String) throws(ParsingError) {
        var rest = path.dropFirst("/v2".count)
        if rest.utf8.last == UInt8(ascii: "/") { rest.removeLast() }
        if rest.utf8.first == UInt8(ascii: "/") { rest.removeFirst() }
        switch rest {
        case "": self = .base
        case "_catalog": self = .catalog
        default:
            let resource = try Self.removeResource(from: &rest)
            guard !rest.isEmpty else { throw .unknown }
            self = .repository(name: String(rest), resource)
        }
    }

    /// The name of the repository in a path whose reference or digest is malformed.
    static func name(inMalformed path: String) -> String {
        var rest = path.dropFirst("/v2/".count)
        for _ in 1...2 { _ = removeComponent(from: &rest) }
        return String(rest)
    }

    /// Removes the last components, which name the resource, from a path.
    private static func removeResource(from path: inout Substring) throws(ParsingError) -> Resource {
        let last = removeComponent(from: &path)
        let before = removeComponent(from: &path)
        var name = path
        if before == "uploads", removeComponent(from: &name) == "blobs" {
            path = name
            return .upload(String(last))
        }
        switch (before, last) {
        case ("blobs", "uploads"): return .uploads
        case ("tags", "list"): return .tags
        case ("manifests", _):
            guard let reference = ManifestReference(parsing: last) else { throw .reference }
            return .manifest(reference)
        case ("blobs", _): return .blob(try digest(last))
        case ("referrers", _): return .referrers(try digest(last))
        default: throw .unknown
        }
    }

    private static func removeComponent(from path: inout Substring) -> Substring {
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        defer { path = path[..<(slash ?? path.startIndex)] }
        return slash.map { path[path.utf8.index(after: $0)...] } ?? path
    }

    private static func digest(_ text: Substring) throws(ParsingError) -> ContentDigest {
        guard let digest = ContentDigest(parsing: text) else { throw .digest }
        return digest
    }
}
