package import Domain
package import Naming
import Storage

extension Backend {
    /// Makes a person's account, which has no API key yet.
    package func createUser(_ new: NewNamespaceName, isAdministrator: Bool, by caller: Caller) async throws -> Recorded<Account> {
        let started = clock.now()
        let grant = try authorizeAccounts(asAdministrator: true, by: caller)
        let name = availableName(new, for: caller)
        let action = action(.userCreate, on: .user(name), in: caller.identity.home, started: started, by: caller)
        let account = Account(id: makeID(), name: AccountName(name), isAdministrator: isAdministrator, created: action.ended)
        do {
            try await store.write(with: grant) { writer in
                try writer.insert(account)
                try writer.record(action)
            }
        } catch StoreError.duplicate {
            throw RequestError.taken(new)
        }
        return Recorded(value: account, action: action)
    }
}

extension RequestError {
    static func taken(_ name: NewNamespaceName) -> RequestError {
        .conflict("The name '\(name)' is taken: it is reserved, or a user or an organization has it, or had it")
    }
}
