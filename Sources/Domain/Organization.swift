package import FoundationEssentials
package import Naming

/// A namespace that several accounts share.
package struct Organization: Hashable, Sendable {
    package let name: NamespaceName
    package let created: Date

    package init(name: NamespaceName, created: Date) {
        self.name = name
        self.created = created
    }
}

/// What an account may do in a namespace; each holds those before it.
package enum Permission: String, Hashable, Sendable, CaseIterable, Comparable {
    case read, write, admin

    package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .read: 0
        case .write: 1
        case .admin: 2
        }
    }
}

/// The part that an account has in an organization: a person, or a robot of it.
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
