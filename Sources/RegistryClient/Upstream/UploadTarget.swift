import Naming

/// Where on its own registry an upload goes on (https://github.com/opencontainers/distribution-spec, end-4a): path and query.
package struct UploadTarget: Hashable, Sendable {
    /// Begins with one slash.
    package let text: String

    /// From what was kept of a location that ``init(location:of:)`` read.
    package init?(kept text: String) {
        guard Self.isTarget(text) else { return nil }
        self.text = text
    }

    /// From the location that a registry answered with, absolute or relative; nil where it is not on this very registry, for nothing is
    /// sent anywhere else.
    init?(location: String, on endpoint: RegistryEndpoint) {
        let text = location.hasPrefix(endpoint.origin + "/") ? String(location.dropFirst(endpoint.origin.utf8.count)) : location
        self.init(kept: text)
    }

    /// - Parameter query: as it stands in a URL.
    package func adding(query: String) -> UploadTarget {
        UploadTarget("\(text)\(text.utf8.contains(UInt8(ascii: "?")) ? "&" : "?")\(query)")
    }

    private init(_ text: String) {
        self.text = text
    }

    private static func isTarget(_ text: String) -> Bool {
        text.utf8.count <= 8192 && text.hasPrefix("/") && !text.hasPrefix("//")
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") && $0 != UInt8(ascii: "\\") }
    }
}
