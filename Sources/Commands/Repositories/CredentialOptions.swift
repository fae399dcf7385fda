import ArgumentParser

/// The sources of the user name and password for a registry.
struct CredentialOptions: ParsableArguments {
    @Option(
        name: [.customShort("u", allowingJoined: true), .customShort("n", allowingJoined: true), .long], parsing: .unconditional,
        help: "The user name for the registry.")
    var username: String?

    @Option(name: [.customShort("p", allowingJoined: true), .long], parsing: .unconditional, help: "The password for the registry.")
    var password: String?

    @Flag(help: "Read the password from standard input; it may have several lines.")
    var passwordStdin = false

    @Flag(name: .customLong("public"), help: "A public repository, which needs no user name and password.")
    var isPublic = false

    func validate() throws {
        guard password == nil || !passwordStdin else {
            throw ValidationError("The password comes from -p or from --password-stdin, not from both.")
        }
        guard !isPublic || (username == nil && password == nil && !passwordStdin) else {
            throw ValidationError("A --public repository has no user name and no password.")
        }
    }
}

extension CredentialOptions {
    /// User name and password; nil if a value is not sent.
    struct Pair: Equatable {
        var username: String?
        var password: String?

        /// Empty input counts as no value.
        var nonEmpty: Pair { Pair(username: username.nonEmpty, password: password.nonEmpty) }
    }

    /// Reads both user name and password or, for a public repository, neither.
    func forRegistering(_ console: any Console) throws -> Pair {
        if isPublic { return Pair() }
        let pair = try Pair(
            username: username ?? console.answer("Username: "),
            password: passwordStdin ? console.password() : password ?? console.answer("Password: ", hidden: true)
        ).nonEmpty
        guard (pair.username == nil) == (pair.password == nil) else {
            let missing = pair.username == nil ? "user name" : "password"
            throw CommandFailure("The \(missing) is missing. Nothing was sent. Give both, or neither for a public repository.")
        }
        return pair
    }

    /// Reads the values to change. Both empty makes the repository public.
    func forUpdating(_ console: any Console) throws -> Pair {
        if isPublic { return Pair(username: "", password: "") }
        if passwordStdin { return Pair(username: username, password: try console.password()) }
        if username != nil || password != nil { return Pair(username: username, password: password) }
        let pair = try Pair(username: console.answer("Username: "), password: console.answer("Password: ", hidden: true)).nonEmpty
        guard pair != Pair() else {
            throw CommandFailure("There is nothing to change. Give a user name, a password, or --public to remove both.")
        }
        return pair
    }
}

extension String? {
    fileprivate var nonEmpty: String? { flatMap { $0.isEmpty ? nil : $0 } }
}
