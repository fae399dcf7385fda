/// The name that an account logs in with: a person's is that of its namespace, a robot's is `organization+robot`.
package struct AccountName: Hashable, Sendable {
    /// The namespace that is meant where a call names none: a person's own, a robot's organization.
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

/// The name of a robot, within the organization that it belongs to.
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
