/// How a token realm behaves that does nothing wrong: whom it knows, and what its tokens look like.
package struct TokenBehavior: Sendable {
    /// The users and their passwords.
    package var users: [String: String]
    /// What each user may do with which repository, `pull`, `push` and `delete`; the user without a name is anybody.
    package var rights: [String: [String: Set<String>]]
    /// Whether its tokens say nothing to anybody but the registry.
    package var isOpaque = false
    /// The members of an answer that hold the token.
    package var members = ["token"]
    /// For how long a token is said to hold, in seconds; nil for not said.
    package var expiresIn: Int? = 300
    /// The whole `expires_in` member instead, whatever its form: `"expires_in":"300"`.
    package var expiryMember: String?
    /// Whether a token is good for the last scope that was requested and for no other.
    package var grantsLastScopeOnly = false
    /// Whether it is asked with a form only.
    package var isPostOnly = false
    /// Whether it refuses who asks for more than there is, where others grant what there is.
    package var isStrict = false
    /// Who signs the tokens; nobody does where only the registry in this process takes them.
    package var signer: TestTokenSigner?

    package init(users: [String: String] = [:], rights: [String: [String: Set<String>]] = [:]) {
        self.users = users
        self.rights = rights
    }
}
