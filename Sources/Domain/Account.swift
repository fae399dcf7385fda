package import FoundationEssentials
package import Naming

/// An account that can call the API: a person, whose namespace has the same name, or a robot of an organization.
package struct Account: Hashable, Sendable, Identifiable {
    package let id: UUID
    package let name: AccountName
    package let isAdministrator: Bool
    package var isDisabled: Bool
    package let created: Date

    package init(id: UUID, name: AccountName, isAdministrator: Bool, isDisabled: Bool = false, created: Date) {
        self.id = id
        self.name = name
        self.isAdministrator = isAdministrator
        self.isDisabled = isDisabled
        self.created = created
    }

    package var isRobot: Bool { name.robot != nil }
}

/// A filter of persons. All conditions that are set must hold.
package struct UserFilter: Hashable, Sendable {
    package var name: String?
    package var isDisabled: Bool?
    /// The page starts after this name and ignores the offset. The total is unaffected.
    package var after: NamespaceName?

    package init(name: String? = nil, isDisabled: Bool? = nil, after: NamespaceName? = nil) {
        self.name = name
        self.isDisabled = isDisabled
        self.after = after
    }
}
