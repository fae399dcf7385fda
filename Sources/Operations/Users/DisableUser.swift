package import Domain
package import Naming
import Storage

extension Backend {
    /// Disables an account, whose keys stop at once, or enables it again.
    ///
    /// - Parameter isDisabled: nil for leaving it as it is.
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
                throw RequestError.conflict("'\(name)' is the last server administrator: make another one first")
            }
            try writer.record(action)
            if isDisabled { try journal.append([.disabled(account.name, action.ended)]) }
        }
        // Not before the commit: an account that stays disabled stays so in the journal.
        if !isDisabled { try journal.append([.enabled(account.name, action.ended)]) }
        return Recorded(value: account, action: action)
    }
}
