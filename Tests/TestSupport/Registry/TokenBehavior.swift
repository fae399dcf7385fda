/// The behavior of a correct token realm: its users, and the form of its tokens.
package struct TokenBehavior: Sendable {
    /// The users and their passwords.
    package var users: [String: String]
    /// The rights of each user by repository: `pull`, `push` and `delete`. The empty user name means anonymous clients.
    package var rights: [String: [String: Set<String>]]
    /// Whether its tokens are opaque to everyone but the registry.
    package var isOpaque = false
    /// The members of a response that contain the token.
    package var members = ["token"]
    /// The stated validity of a token, in seconds; nil to omit it.
    package var expiresIn: Int? = 300
    /// The whole `expires_in` member instead, in any form: `"expires_in":"300"`.
    package var expiryMember: String?
    /// Whether a token covers only the last requested scope.
    package var grantsLastScopeOnly = false
    /// Whether it accepts only requests with a form.
    package var isPostOnly = false
    /// Whether it refuses requests for more rights than the user has, instead of granting a part.
    package var isStrict = false
    /// The signer of the tokens; nil for unsigned tokens, which only the registry in this process accepts.
    package var signer: TestTokenSigner?

    package init(users: [String: String] = [:], rights: [String: [String: Set<String>]] = [:]) {
        self.users = users
        self.rights = rights
    }
}
