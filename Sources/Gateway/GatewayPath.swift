import Naming

/// A path of the distribution API below `/v2/` (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#endpoints).
///
/// It is read from the right: the name of a repository may have components such as `manifests` and `blobs` itself.
enum GatewayPath: Hashable, Sendable {
    case base
    case catalog
    case repository(name: String, Resource)

    enum Resource: Hashable, Sendable {
        case manifest(ManifestReference)
        case blob(ContentDigest)
        case uploads
        /// An upload under way, by what stands for its place on the registry.
        case upload(String)
        case tags
        case referrers(ContentDigest)
    }

    enum ParsingError: Error, Hashable, Sendable {
        case unknown
        case reference
        case digest
    }

    /// - Parameter path: begins with `/v2`.
    init(parsing path: String) throws(ParsingError) {
        var parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst(2).map(Substring.init)
        if parts.last == "" { parts.removeLast() }
        guard !parts.isEmpty else {
            self = .base
            return
        }
        if parts.elementsEqual(["_catalog"]) {
            self = .catalog
            return
        }
        let (count, resource) = try Self.resource(parts)
        let name = parts.dropLast(count).joined(separator: "/")
        guard !name.isEmpty else { throw .unknown }
        self = .repository(name: name, resource)
    }

    /// How many of the last components name the resource, and which it is.
    private static func resource(_ parts: [Substring]) throws(ParsingError) -> (count: Int, Resource) {
        let last = parts[parts.count - 1]
        let before = parts.count > 1 ? parts[parts.count - 2] : ""
        let first = parts.count > 2 ? parts[parts.count - 3] : ""
        switch (first, before, last) {
        case ("blobs", "uploads", let upload): return (3, .upload(String(upload)))
        case (_, "blobs", "uploads"): return (2, .uploads)
        case (_, "tags", "list"): return (2, .tags)
        case (_, "manifests", let text):
            guard let reference = ManifestReference(parsing: text) else { throw .reference }
            return (2, .manifest(reference))
        case (_, "blobs", let text): return (2, .blob(try digest(text)))
        case (_, "referrers", let text): return (2, .referrers(try digest(text)))
        default: throw .unknown
        }
    }

    private static func digest(_ text: Substring) throws(ParsingError) -> ContentDigest {
        guard let digest = ContentDigest(parsing: text) else { throw .digest }
        return digest
    }
}
