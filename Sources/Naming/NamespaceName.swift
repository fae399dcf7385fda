/// The name of a namespace, which is that of a person's account or of an organization.
///
/// In API paths, the position of a namespace may also contain the word for a resource; in image names, it may also contain a
/// registry's host. Reserved words prevent ambiguity.
package struct NamespaceName: Hashable, Sendable {
    private let text: String

    static let lengths = 2...30
    static let reserved: Set<String> = [
        "account", "action", "agent", "api", "apikey", "container", "localhost", "member", "node", "organization", "registry",
        "repository", "robot", "service", "stack", "token", "user", "verification",
    ]

    package init(parsing text: some StringProtocol) throws(NamingError) {
        let bytes = Array(text.utf8)
        guard Self.isWellFormed(bytes) else { throw NamingError(.namespace) }
        guard !Self.reserved.contains(bytes.asciiText) else { throw NamingError(.reserved) }
        self.text = bytes.asciiText
    }

    static func isWellFormed(_ bytes: [UInt8]) -> Bool {
        let parts = bytes.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        return lengths.contains(bytes.count) && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy(\.isLowerAlphanumeric) }
    }
}

extension NamespaceName: CustomStringConvertible, Comparable {
    package var description: String { text }

    package static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}

/// The requested name of a new namespace. A reserved word is reported like a name that is in use, not as a malformed name.
package struct NewNamespaceName: Hashable, Sendable, CustomStringConvertible {
    /// nil if the word is reserved.
    package let name: NamespaceName?
    package let description: String

    package init(parsing text: some StringProtocol) throws(NamingError) {
        do {
            let name = try NamespaceName(parsing: text)
            self.name = name
            description = name.description
        } catch  where error.rule == .reserved {
            name = nil
            description = String(text)
        }
    }

    package init(_ name: NamespaceName) {
        self.name = name
        description = name.description
    }
}
