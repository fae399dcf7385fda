/// The name of an authenticated row, as administrators write it: `apikey:abcdefghijkl`.
package struct RowName: Hashable, Sendable, CustomStringConvertible {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case account, apikey, membership, registry, repository

        /// The kind in a sentence.
        package var noun: String { self == .apikey ? "API key" : rawValue }
    }

    package let kind: Kind
    package let id: String

    package init(_ kind: Kind, _ id: String) {
        self.kind = kind
        self.id = id
    }

    /// Reads ``description``.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let kind = Kind(rawValue: String(parts[0])) else { return nil }
        self.init(kind, String(parts[1]))
    }

    package var description: String { "\(kind.rawValue):\(id)" }
}

/// A row that does not verify, as it is stored.
package struct UnverifiedRow: Hashable, Sendable {
    package let name: RowName
    /// The values that decide something, readable; nil where they cannot be read.
    package let content: String?

    package init(name: RowName, content: String?) {
        self.name = name
        self.content = content
    }
}
