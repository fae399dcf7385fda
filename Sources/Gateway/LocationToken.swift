import Domain
import FoundationEssentials
import Naming
import RegistryClient
import Sealing

/// Represents a place on a registry, an upload or the next page of a list, in URLs of the gateway. It is encrypted, since the registry's URL can
/// hold a signature, and valid for one account, one repository and one resource, for 24 hours.
struct LocationToken {
    private let context: [UInt8]
    private let repository: RepositoryName
    private let sealer: LocationSealer
    private let now: Date

    private static let lifetime: TimeInterval = 24 * 60 * 60
    /// The tolerance for tokens from the future: clocks are corrected now and then.
    private static let tolerance: TimeInterval = 60

    private struct Content: Codable {
        let target: String
        /// In seconds since 1970.
        let made: Double
    }

    /// - Parameter list: the resource of which the location is the next page; nil for an upload.
    init(list: String? = nil, in repository: Repository, of account: Account.ID, sealer: LocationSealer, now: Date) {
        // The two identifiers have a fixed length.
        context = Array("\(repository.id) \(account) \(list.map { "list \($0)" } ?? "upload")".utf8)
        self.repository = repository.name
        self.sealer = sealer
        self.now = now
    }

    /// nil for a location that belongs to another repository.
    func text(for location: UpstreamLocation) -> String? {
        guard location.isUsable(for: repository),
            let content = try? JSONEncoder().encode(Content(target: location.text, made: now.timeIntervalSince1970))
        else { return nil }
        return try? sealer.seal(Array(content), for: context)
    }

    func location(of text: String) -> UpstreamLocation? {
        guard let bytes = sealer.open(text, for: context), let content = try? JSONDecoder().decode(Content.self, from: Data(bytes)),
            (-Self.tolerance..<Self.lifetime).contains(now.timeIntervalSince1970 - content.made),
            let location = UpstreamLocation(stored: content.target), location.isUsable(for: repository)
        else { return nil }
        return location
    }
}

extension UpstreamLocation {
    /// Whether it belongs to no other repository: below `/v2/` it must be a resource of this repository. Registries choose all other paths
    /// themselves.
    func isUsable(for repository: RepositoryName) -> Bool {
        // This must hold even if the path is decoded several times, or compared without regard to case.
        guard let path = Self.decoded(text.utf8.prefix { $0 != UInt8(ascii: "?") }), !path.contains("\\") else { return false }
        let parts = path.split(separator: "/", omittingEmptySubsequences: true)
        guard !parts.contains("."), !parts.contains("..") else { return false }
        // Some servers ignore the parameters of a segment (https://www.rfc-editor.org/rfc/rfc3986#section-3.3).
        guard !path.contains(";") else { return parts.first?.lowercased().hasPrefix("v2") != true }
        guard parts.first?.lowercased() == "v2" else { return true }
        let own = "/v2/\(repository.path)/"
        guard path.hasPrefix(own) else { return false }
        let rest = path.dropFirst(own.count).split(separator: "/").map { $0.lowercased() }
        guard let first = rest.first, Self.locatedResources.contains(first) else { return false }
        // A second resource name would belong to another repository: `blobs/x/manifests/latest` is a manifest of `<name>/blobs/x`.
        return rest.dropFirst().allSatisfy { $0 != "manifests" && !Self.locatedResources.contains($0) }
    }

    private static let locatedResources: Set = ["blobs", "tags", "referrers"]

    /// A path without percent-encoding; nil if it is malformed, or encoded twice.
    private static func decoded(_ path: Substring.UTF8View) -> String? {
        guard let text = String(path), let bytes = text.percentDecoded, !bytes.contains(UInt8(ascii: "%")) else { return nil }
        return String(bytes: bytes, encoding: .utf8)
    }
}
