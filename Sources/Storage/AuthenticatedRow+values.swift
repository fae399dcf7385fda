package import Domain
import FoundationEssentials
package import Naming

/// Which values of a row are authenticated. What is left out decides nothing, such as a label, or is bound in another way.
extension AuthenticatedRow {
    package init(_ account: Account) {
        self.init(
            RowName(.account, account.id.uuidString.lowercased()),
            [
                Field("name", .text(account.name.description)), Field("is_administrator", .flag(account.isAdministrator)),
                Field("is_disabled", .flag(account.isDisabled)),
            ])
    }

    package init(_ key: APIKey) {
        // Left out where there is none, as in the rows of versions without them.
        let lineage = [key.madeWith.map { Field("made_with", .text($0)) }, key.renews.map { Field("renews", .text($0)) }]
        self.init(
            RowName(.apikey, key.id),
            [
                Field("account", .text(key.account.uuidString.lowercased())), Field("hash", .bytes(key.hash)),
                Field("scopes", .texts(key.scopes.map(\.rawValue).sorted())),
                Field("namespace", .optional(key.restriction.namespace?.description)),
                Field("repositories", .texts(key.restriction.repositories.map(\.description))), Field("expires", .time(key.expires)),
                Field("revoked", .time(key.revoked)),
            ] + lineage.compactMap(\.self))
    }

    package init(_ permission: Permission, of account: Account.ID, in organization: NamespaceName) {
        let account = account.uuidString.lowercased()
        self.init(
            RowName(.membership, "\(organization)/\(account)"),
            [
                Field("organization", .text(organization.description)), Field("account", .text(account)),
                Field("permission", .text(permission.rawValue)),
            ])
    }

    package init(_ registry: Registry) {
        let trust = registry.trust
        self.init(
            RowName(.registry, registry.authority.description),
            [
                Field("is_ssl", registry.isSSL.map { .flag($0) } ?? .none), Field("is_approved", .flag(trust.isApproved)),
                Field("is_plain_http", .flag(trust.isPlainHTTP)), Field("certificate_authorities", .optional(trust.certificateAuthorities)),
                Field("realm", .optional(trust.realm)), Field("networks", .texts(trust.networks.map(\.description).sorted())),
                Field("blob_hosts", .texts(trust.blobHosts.map(\.description).sorted())),
            ])
    }

    package init(_ repository: Repository) {
        self.init(
            RowName(.repository, repository.id.uuidString.lowercased()),
            [
                Field("namespace", .text(repository.namespace.description)), Field("name", .text(repository.name.description)),
                Field("credential", .optional(repository.credential?.id.uuidString.lowercased())),
            ])
    }
}

extension AuthenticatedRow.Value {
    /// A date as stores keep it. An edited row can hold any number.
    fileprivate static func time(_ date: Date?) -> Self {
        guard let date else { return .none }
        let milliseconds = (date.timeIntervalSince1970 * 1000).rounded()
        return .time(Int64(exactly: milliseconds) ?? (milliseconds < 0 ? .min : .max))
    }
}
