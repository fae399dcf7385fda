import Naming

/// Path and query of something on a registry, at the place that the registry named: an upload in progress, or the next page of a list
/// (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#endpoints, end-4a and end-8b).
package struct UpstreamLocation: Hashable, Sendable {
    /// Begins with one slash.
    package let text: String

    /// From a text that ``text`` gave earlier.
    package init?(stored text: String) {
        guard text.hasPrefix("/"), !text.hasPrefix("//"), let url = try? RegistryURL(resolving: text, against: Self.base),
            url.target == text
        else { return nil }
        self.text = text
    }

    init(_ url: RegistryURL) {
        text = url.target
    }

    /// - Parameter query: as it stands in a URL.
    package func adding(query: String) -> UpstreamLocation {
        UpstreamLocation(text: "\(text)\(text.utf8.contains(UInt8(ascii: "?")) ? "&" : "?")\(query)")
    }

    private init(text: String) {
        self.text = text
    }

    private static let base = RegistryURL(isTLS: true, authority: .dockerHub, path: "/", query: nil)
}
