/// The user name of an account: for a person, the name of the person's namespace; for a robot, `organization+robot`.
package struct AccountName: Hashable, Sendable {
    /// The default namespace of the account's requests: a person's own, or a robot's organization.
    package let namespace: NamespaceName
    /// nil for a person.
    package let robot: RobotName?

    package init(_ namespace: NamespaceName, robot: RobotName? = nil) {
        self.namespace = namespace
        self.robot = robot
    }

    package init(parsing text: some StringProtocol) throws(NamingError) {
        let parts = Array(text.utf8).split(separator: UInt8(ascii: "+"), maxSplits: 1, omittingEmptySubsequences: false)
        namespace = try NamespaceName(parsing: parts[0].asciiText)
        robot = parts.count == 1 ? nil : try RobotName(parsing: parts[1].asciiText)
    }
}

extension AccountName: CustomStringConvertible, Comparable {
    package var description: String { "\(namespace)\(robot.map { "+\($0)" } ?? "")" }

    package static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}

/// The name of a robot within its organization.
package struct RobotName: Hashable, Sendable {
    private let text: String

    package init(parsing text: some StringProtocol) throws(NamingError) {
        guard NamespaceName.isWellFormed(Array(text.utf8)) else { throw NamingError(.robot) }
        self.text = String(text)
    }
}

extension RobotName: CustomStringConvertible, Comparable {
    package var description: String { text }

    package static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}
