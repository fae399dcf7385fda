import Synchronization

/// The name of an authenticated row, as used in commands and logs: `apikey:abcdefghijkl`.
package struct RowName: Hashable, Sendable, CustomStringConvertible {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case account, apikey, membership, registry, repository
        /// A sealed credential, which is authenticated by its seal and cannot be signed.
        case credential

        /// The noun for sentences.
        package var noun: String { self == .apikey ? "API key" : rawValue }
    }

    package let kind: Kind
    package let id: String

    package init(_ kind: Kind, _ id: String) {
        self.kind = kind
        self.id = id
    }

    /// Parses ``description``.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let kind = Kind(rawValue: String(parts[0])) else { return nil }
        self.init(kind, String(parts[1]))
    }

    package var description: String { "\(kind.rawValue):\(id)" }
}

/// A stored row that does not verify.
package struct UnverifiedRow: Hashable, Sendable {
    package let name: RowName
    /// The authenticated values in human-readable form; nil if they cannot be read.
    package let content: String?

    package init(name: RowName, content: String?) {
        self.name = name
        self.content = content
    }
}
