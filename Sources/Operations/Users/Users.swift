package import Domain
package import Naming
import Storage

extension Backend {
    package func listUsers(where filter: UserFilter, page: Page, by caller: Caller) async throws -> Listing<Account> {
        let grant = try authorizeAccounts(asAdministrator: true, by: caller)
        return try await read(ListQuery(items: "users", page), with: grant, by: caller) { try $0.users(where: filter, page: page) }
    }

    /// Accounts can inspect themselves; server administrators can inspect all accounts.
    package func inspectUser(_ name: NamespaceName, by caller: Caller) async throws -> Account {
        let isOwn = caller.identity.account.name == AccountName(name)
        let grant = try authorizeAccounts(asAdministrator: !isOwn, by: caller)
        return try await findUser(name, with: grant)
    }

    func findUser(_ name: NamespaceName, with grant: AccountGrant) async throws -> Account {
        guard let account = try await store.read(with: grant, { try $0.account(AccountName(name)) }) else {
            throw RequestError.notFound("There is no user '\(name)': 'docker-cloud user ls' lists them")
        }
        return account
    }
}

extension Backend {
    /// Creates the account of a person without an API key.
    package func createUser(_ new: NewNamespaceName, isAdministrator: Bool, by caller: Caller) async throws -> Recorded<Account> {
        let started = clock.now()
        let grant = try authorizeAccounts(asAdministrator: true, by: caller)
        let name = availableName(new, for: caller)
        let action = action(.userCreate, on: .user(name), in: caller.identity.home, started: started, by: caller)
        let account = Account(id: makeID(), name: AccountName(name), isAdministrator: isAdministrator, created: action.ended)
        do {
            try await store.write(with: grant) { [givenNames] writer in
                try givenNames.check(name)
                try writer.insert(account)
                try writer.record(action)
                try givenNames.give(name, at: action.ended)
            }
        } catch StoreError.duplicate {
            throw RequestError.taken(new)
        }
        return Recorded(value: account, action: action)
    }
}

extension RequestError {
    static func taken(_ name: NewNamespaceName) -> RequestError {
        .conflict("The name '\(name)' is taken: it is reserved, or it belongs or belonged to a user or an organization")
    }
}

extension Backend {
    /// Disables an account, which invalidates its keys at once, or enables it again.
    ///
    /// - Parameter isDisabled: nil to leave it unchanged.
    package func updateUser(_ name: NamespaceName, isDisabled: Bool?, by caller: Caller) async throws -> Recorded<Account> {
        let started = clock.now()
        let grant = try authorizeAccounts(asAdministrator: true, by: caller)
        let found = try await findUser(name, with: grant)
        guard let isDisabled, isDisabled != found.isDisabled else { return Recorded(value: found, action: nil) }
        let action = action(.userUpdate, on: .user(name), in: caller.identity.home, started: started, by: caller)
        var account = found
        account.isDisabled = isDisabled
        try await store.write(with: grant) { [account, journal] writer in
            try writer.update(account)
            guard try writer.administratorCount() > 0 else {
                throw RequestError.conflict("'\(name)' is the last server administrator: create another one first")
            }
            try writer.record(action)
            if isDisabled { try journal.append([.disabled(account.name, id: account.id, action.ended)]) }
        }
        // After the commit, so that the journal keeps an account disabled if the commit fails.
        if !isDisabled { try journal.append([.enabled(account.name, id: account.id, action.ended)]) }
        return Recorded(value: account, action: action)
    }
}
