/// The name of a namespace: of a person's account or of an organization.
///
/// A namespace stands in API paths where a resource word may stand too, and in image names where a registry's host may
/// stand; the reserved words keep the two apart.
package struct NamespaceName: Hashable, Sendable {
    private let text: String

    static let lengths = 2...30
    static let reserved: Set<String> = [
        "account", "action", "api", "apikey", "container", "localhost", "member", "node", "organization", "registry",
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
