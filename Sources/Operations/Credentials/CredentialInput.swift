package import Domain

/// A user name and a password as a request brings them; nil where a member was absent.
package struct CredentialInput: Sendable {
    package let username: Secret?
    package let password: Secret?

    package init(username: Secret?, password: Secret?) {
        self.username = username
        self.password = password
    }

    static let maximumUsernameLength = 1024
    static let maximumPasswordLength = 32 * 1024

    /// The credential to register with; nil for a public repository, which has neither.
    func complete() throws(RequestError) -> Credential? {
        try check()
        switch (Self.present(username), Self.present(password)) {
        case (nil, nil): return nil
        case (let username?, let password?): return Credential(username: username, password: password)
        case (_?, nil): throw .invalid("username is given without password: give both, or neither for a public repository")
        case (nil, _?): throw .invalid("password is given without username: give both, or neither for a public repository")
        }
    }

    /// What an update comes to, given what there is.
    func change() throws(RequestError) -> Change {
        try check()
        switch (username, password) {
        case (nil, nil): return .none
        case (let username?, let password?) where username.isEmpty && password.isEmpty: return .remove
        default: break
        }
        guard username?.isEmpty != true, password?.isEmpty != true else {
            throw .invalid("username and password are both empty, for a public repository, or neither is")
        }
        return .replace(username: username, password: password)
    }

    enum Change: Sendable {
        case none
        case remove
        /// A member that is nil stays as it is.
        case replace(username: Secret?, password: Secret?)
    }

    /// Basic authentication cannot carry a colon in a user name, and control characters in neither
    /// (https://www.rfc-editor.org/rfc/rfc7617#section-2); passwords that are JSON documents have line breaks all the same.
    private func check() throws(RequestError) {
        let username = Array((username?.revealed() ?? "").utf8)
        let password = Array((password?.revealed() ?? "").utf8)
        guard username.count <= Self.maximumUsernameLength else {
            throw .invalid("username is longer than \(Self.maximumUsernameLength) bytes")
        }
        guard password.count <= Self.maximumPasswordLength else {
            throw .invalid("password is longer than \(Self.maximumPasswordLength) bytes")
        }
        guard !username.contains(UInt8(ascii: ":")) else { throw .invalid("username contains a ':'") }
        guard username.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { throw .invalid("username contains a control character") }
        guard !password.contains(0) else { throw .invalid("password contains a NUL") }
    }

    private static func present(_ secret: Secret?) -> Secret? {
        secret?.isEmpty == true ? nil : secret
    }
}
