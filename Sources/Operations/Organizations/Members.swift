package import Domain
package import Naming
import Storage

extension Backend {
    /// - Parameter name: the member after whom the page starts.
    package func listMembers(
        of organization: NamespaceName, after name: NamespaceName?, page: Page, by caller: Caller
    ) async throws -> Listing<Membership> {
        let grant = try await authorizeMembers(.readOrganization, of: organization, by: caller)
        return try await read(ListQuery(items: "members", page), with: grant, by: caller) {
            try $0.members(of: grant.namespace, robots: false, after: name.map { AccountName($0) }, page: page)
        }
    }

    package func inspectMember(_ name: NamespaceName, of organization: NamespaceName, by caller: Caller) async throws -> Membership {
        let grant = try await authorizeMembers(.readOrganization, of: organization, by: caller)
        return try await findMember(AccountName(name), with: grant)
    }

    /// The namespace of a person has no members.
    func authorizeMembers(_ right: Right, of organization: NamespaceName, by caller: Caller) async throws -> NamespaceGrant {
        let grant = try await authorize(right, in: organization, by: caller)
        guard caller.identity.account.name != AccountName(grant.namespace) else {
            throw RequestError.notFound("'\(grant.namespace)' is a user, not an organization: only organizations have members")
        }
        return grant
    }
}

extension Backend {
    /// Adds a member, or changes the permission of a member.
    ///
    /// - Parameter isNew: whether to add a user who is not a member; otherwise that is a 404.
    /// - Returns: the member, and whether it was added.
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
                throw RequestError.notFound("There is no organization '\(namespace)': 'docker-cloud organization ls' lists yours")
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
                throw RequestError.notFound(
                    isNew
                        ? "There is no user '\(name)': check the name"
                        : "There is no member '\(name)' in '\(namespace)': 'docker-cloud member ls' lists them")
            }
            let membership = Membership(organization: found, account: account, permission: permission, created: action.ended)
            try writer.put(membership)
            try writer.record(action)
            return Recorded(value: (membership, true), action: action)
        }
    }

    /// Removes a member. Admins can remove anyone; other members only themselves.
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
                throw RequestError.notFound("There is no member '\(name)' in '\(namespace)': 'docker-cloud member ls' lists them")
            }
            try writer.deleteMembership(of: membership.account.id, in: namespace)
            try writer.checkAdmins(of: namespace)
            try writer.record(action)
        }
        return Recorded(value: (), action: action)
    }
}

extension StoreWriter {
    /// Runs in the transaction of the change, so that two admins who demote each other at the same time do not both succeed.
    fileprivate func checkAdmins(of organization: NamespaceName) throws {
        guard try adminCount(of: organization) > 0 else {
            throw RequestError.conflict("'\(organization)' needs at least one admin: give another member that permission first")
        }
    }
}
