package import FoundationEssentials
package import Naming

/// A namespace shared by several accounts.
package struct Organization: Hashable, Sendable {
    package let name: NamespaceName
    package let created: Date

    package init(name: NamespaceName, created: Date) {
        self.name = name
        self.created = created
    }
}

/// The membership of a person or a robot in an organization.
package struct Membership: Hashable, Sendable {
    package let organization: Organization
    package let account: Account
    package var permission: Permission
    package let created: Date

    package init(organization: Organization, account: Account, permission: Permission, created: Date) {
        self.organization = organization
        self.account = account
        self.permission = permission
        self.created = created
    }
}
