package import Domain
package import Naming
import Storage

extension Backend {
    /// Makes a person a member, or changes what a member may do.
    ///
    /// - Parameter isNew: whether one that is no member is made one, and not 404.
    /// - Returns: the member, and whether it is a new one.
    package func setMember(
        _ name: NamespaceName, of organization: NamespaceName, to permission: Permission, isNew: Bool, by caller: Caller
    ) async throws -> Recorded<(Membership, isNew: Bool)> {
        let started = clock.now()
        let grant = try await authorizeMembers(.manageOrganization, of: organization, by: caller)
        let namespace = grant.namespace
        let action = action(.memberCreate, on: .member(name), in: namespace, started: started, by: caller)
        let update = self.action(.memberUpdate, on: .member(name), in: namespace, started: started, by: caller)
        return try await store.write(with: grant) { writer in
            guard let found = try writer.organization(namespace) else {
                throw RequestError.notFound("There is no organization '\(namespace)'")
            }
            if var known = try writer.membership(of: AccountName(name), in: namespace) {
                guard known.permission != permission else { return Recorded(value: (known, false), action: nil) }
                known.permission = permission
                try writer.put(known)
                try writer.checkAdmins(of: namespace)
                try writer.record(update)
                return Recorded(value: (known, false), action: update)
            }
            guard isNew, let account = try writer.account(AccountName(name)) else {
                throw RequestError.notFound(isNew ? "There is no user '\(name)'" : "There is no member '\(name)' in '\(namespace)'")
            }
            let membership = Membership(organization: found, account: account, permission: permission, created: action.ended)
            try writer.put(membership)
            try writer.record(action)
            return Recorded(value: (membership, true), action: action)
        }
    }

    /// Ends a membership: an admin ends anybody's, everybody the own.
    package func removeMember(
        _ name: NamespaceName, of organization: NamespaceName, by caller: Caller
    ) async throws -> Recorded<Void> {
        let started = clock.now()
        let isOwn = caller.identity.account.name == AccountName(name)
        let grant = try await authorizeMembers(isOwn ? .readOrganization : .manageOrganization, of: organization, by: caller)
        let namespace = grant.namespace
        let action = action(.memberDelete, on: .member(name), in: namespace, started: started, by: caller)
        try await store.write(with: grant) { writer in
            guard let membership = try writer.membership(of: AccountName(name), in: namespace) else {
                throw RequestError.notFound("There is no member '\(name)' in '\(namespace)'")
            }
            try writer.deleteMembership(of: membership.account.id, in: namespace)
            try writer.checkAdmins(of: namespace)
            try writer.record(action)
        }
        return Recorded(value: (), action: action)
    }
}

extension StoreWriter {
    /// Asked within the transaction of the change: two admins who demote each other at once do not both succeed.
    fileprivate func checkAdmins(of organization: NamespaceName) throws {
        guard try adminCount(of: organization) > 0 else {
            throw RequestError.conflict("'\(organization)' would be without an admin: make another member one first")
        }
    }
}
