/// The name of an agent, which is usually the name of its host.
///
/// A UUID is not a name: paths of agents contain either of them.
package struct AgentName: Hashable, Sendable {
    private let text: String

    static let maximumLength = 128

    package init(parsing text: some StringProtocol) throws(NamingError) {
        let bytes = Array(text.utf8)
        guard (1...Self.maximumLength).contains(bytes.count), bytes.allSatisfy({ $0.isUnreserved && $0 != UInt8(ascii: "~") }),
            bytes[0] != UInt8(ascii: "."), bytes[0] != UInt8(ascii: "-"), !Self.isUUID(bytes)
        else { throw NamingError(.agent) }
        self.text = bytes.asciiText
    }

    private static func isUUID(_ bytes: [UInt8]) -> Bool {
        let groups = bytes.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        return groups.map(\.count) == [8, 4, 4, 4, 12] && groups.joined().allSatisfy { $0.lowercased.isHexDigit }
    }
}

extension AgentName: CustomStringConvertible, Comparable {
    package var description: String { text }

    package static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}
