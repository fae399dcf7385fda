package import Domain
package import Naming
import Storage

extension Backend {
    /// Lists the organizations of which the caller is a member.
    ///
    /// - Parameter name: the organization after which the page starts.
    package func listOrganizations(after name: NamespaceName?, page: Page, by caller: Caller) async throws -> Listing<Membership> {
        let grant = try authorizeAccounts(by: caller)
        return try await read(ListQuery(items: "organizations", page), with: grant, by: caller) {
            try $0.memberships(of: caller.identity.account.id, after: name, page: page)
        }
    }

    package func inspectOrganization(_ name: NamespaceName, by caller: Caller) async throws -> Membership {
        let grant = try await authorize(.readOrganization, in: name, by: caller)
        return try await findMember(caller.identity.account.name, with: grant)
    }

    func findMember(_ name: AccountName, with grant: NamespaceGrant) async throws -> Membership {
        guard let membership = try await store.read(with: grant, { try $0.membership(of: name, in: grant.namespace) }) else {
            throw RequestError.notFound(
                "There is no member '\(name)' in an organization '\(grant.namespace)': 'docker-cloud member ls' lists them")
        }
        return membership
    }
}

extension Backend {
    /// Creates an organization with the caller as admin. For accounts other than server administrators, the number is limited, including
    /// removed organizations, whose names are never reused.
    package func createOrganization(_ new: NewNamespaceName, by caller: Caller) async throws -> Recorded<Membership> {
        let started = clock.now()
        let grant = try authorizeAccounts(by: caller)
        let account = caller.identity.account
        guard !account.isRobot else { throw RequestError.forbidden("A robot cannot create organizations: use an API key of a user") }
        let name = availableName(new, for: caller)
        let limit = caller.identity.mayAdministerServer ? nil : organizationLimit
        let action = action(.organizationCreate, on: .organization(name), in: name, started: started, by: caller)
        let organization = Organization(name: name, created: action.ended)
        let membership = Membership(organization: organization, account: account, permission: .admin, created: action.ended)
        do {
            try await store.write(with: grant) { [givenNames] writer in
                if let limit, try writer.organizationCount(createdBy: account.id) >= limit { throw Self.limitReached(limit) }
                try givenNames.check(name)
                try writer.insert(organization)
                try writer.note(account.id, asCreatorOf: name)
                try writer.put(membership)
                try writer.record(action)
                try givenNames.give(name, at: action.ended)
            }
        } catch StoreError.duplicate {
            throw RequestError.taken(new)
        }
        return Recorded(value: membership, action: action)
    }

    /// Replaces a reserved word by a taken name, so that both take the same steps and the same time.
    func availableName(_ new: NewNamespaceName, for caller: Caller) -> NamespaceName {
        new.name ?? caller.identity.account.name.namespace
    }

    private static func limitReached(_ limit: Int) -> RequestError {
        guard limit > 0 else {
            return .forbidden(
                "Only server administrators create organizations here (--organization-limit 0): ask one to create it and to add you")
        }
        return .forbidden(
            "Your account has created \(limit) organizations, removed ones included, which is the limit (--organization-limit): ask a server "
                + "administrator to create it and to add you")
    }
}

extension Backend {
    /// Removes an organization without repositories, together with its robots and their keys. Its name is never reused.
    package func removeOrganization(_ name: NamespaceName, by caller: Caller) async throws -> Recorded<Void> {
        let started = clock.now()
        let grant = try await authorize(.manageOrganization, in: name, by: caller)
        let namespace = grant.namespace
        let action = action(.organizationDelete, on: .organization(name), in: namespace, started: started, by: caller)
        try await store.write(with: grant) { [journal] writer in
            guard try writer.organization(namespace) != nil else {
                throw RequestError.notFound("There is no organization '\(namespace)': 'docker-cloud organization ls' lists yours")
            }
            let count = try writer.repositories(in: namespace, where: RepositoryFilter(), page: .first).total
            guard count == 0 else {
                let number = count.map { ", \($0) of them" } ?? ""
                throw RequestError.conflict("The organization '\(namespace)' has repositories\(number): remove them first")
            }
            let keys = try writer.robotKeyIDs(of: namespace)
            try writer.passOnLineage(of: keys)
            try writer.deleteOrganization(namespace)
            try writer.record(action)
            if !keys.isEmpty { try journal.append(keys.map { .revoked($0, action.ended) }) }
        }
        return Recorded(value: (), action: action)
    }
}
