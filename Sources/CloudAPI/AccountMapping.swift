import Domain
import FoundationEssentials
import Naming
import Operations
import Wire

extension UserBody {
    init(_ account: Account) {
        let name = account.name.namespace
        self.init(
            created: WireCoding.text(account.created), isAdministrator: account.isAdministrator, isDisabled: account.isDisabled,
            name: name.description, resourceURI: APIPath(.user(name)).description)
    }
}

extension OrganizationBody {
    init(_ membership: Membership) {
        let organization = membership.organization
        self.init(
            created: WireCoding.text(organization.created), name: organization.name.description,
            permission: membership.permission.rawValue, resourceURI: APIPath(.organization(organization.name)).description)
    }
}

extension MemberBody {
    init(_ membership: Membership) {
        let (name, organization) = (membership.account.name.namespace, membership.organization.name)
        self.init(
            created: WireCoding.text(membership.created), name: name.description,
            organization: APIPath(.organization(organization)).description, permission: membership.permission.rawValue,
            resourceURI: APIPath(.member(name, of: organization)).description)
    }
}

extension RobotBody {
    init(_ membership: Membership) {
        let (account, organization) = (membership.account, membership.organization.name)
        self.init(
            account: account.name.description, created: WireCoding.text(account.created),
            name: account.name.robot?.description ?? "", organization: APIPath(.organization(organization)).description,
            permission: membership.permission.rawValue,
            resourceURI: account.name.robot.map { APIPath(.robot($0), in: organization).description } ?? "")
    }
}

extension APIKeyBody {
    init(_ key: APIKey, of account: Account, secret: APIKeySecret? = nil) {
        self.init(
            account: account.name.description, created: WireCoding.text(key.created), expires: key.expires.map(WireCoding.text),
            id: key.id, key: secret?.revealed(), label: key.label, lastUsed: key.lastUsed.map(WireCoding.text),
            madeWith: key.madeWith, namespace: key.restriction.namespace?.description, renews: key.renews,
            repositories: key.restriction.repositories.map(\.description),
            resourceURI: APIPath(.apiKey(key.id)).description, revoked: key.revoked.map(WireCoding.text),
            scopes: key.scopes.map(\.rawValue).sorted())
    }
}

extension KeyRevocationBody {
    init(_ revocation: Revocation) {
        self.init(
            revoked: revocation.revoked,
            remaining: revocation.remaining.map { Key(account: $0.account.name.description, id: $0.key.id, label: $0.key.label) })
    }
}
