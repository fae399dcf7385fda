package import Domain
import Naming
import Sealing

/// The user name and password of a request; nil for an absent member.
package struct CredentialInput: Sendable {
    package let username: Secret?
    package let password: Secret?

    package init(username: Secret?, password: Secret?) {
        self.username = username
        self.password = password
    }

    static let maximumUsernameLength = 1024
    static let maximumPasswordLength = 32 * 1024

    /// The credential for a registration; nil for a public repository.
    func complete() throws(RequestError) -> Credential? {
        try check()
        switch (Self.present(username), Self.present(password)) {
        case (nil, nil): return nil
        case (let username?, let password?): return Credential(username: username, password: password)
        case (_?, nil): throw .invalid("username is given without password: give both, or neither for a public repository")
        case (nil, _?): throw .invalid("password is given without username: give both, or neither for a public repository")
        }
    }

    /// The change that an update requests.
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
        /// A nil member is unchanged.
        case replace(username: Secret?, password: Secret?)
    }

    /// Basic authentication allows neither a colon in a user name nor control characters
    /// (https://www.rfc-editor.org/rfc/rfc7617#section-2); line breaks in passwords are accepted nevertheless, for JSON key files.
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

extension Backend {
    /// Seals a credential, bound to the repository's registry and namespace.
    func seal(
        _ credential: Credential, as reference: CredentialReference, for repository: Repository
    ) throws -> (
        credential: SealedCredential, keyID: String
    ) {
        let envelope = try sealer.seal(credential.bytes, for: repository.destination(of: reference))
        let sealed = SealedCredential(
            reference: reference, namespace: repository.namespace, authority: repository.name.authority, envelope: envelope.bytes,
            loginMark: loginMarker.mark(credential.bytes, at: repository.name.authority.description))
        return (sealed, envelope.keyID.description)
    }

    /// Identifies a user name on the registry of a repository. The same name has another mark in another namespace.
    func mark(userOf credential: Credential, for repository: Repository) -> String {
        // No credential has this encoding: its user name would be longer than the longest one.
        let text = "user \(repository.namespace) \(credential.username.revealed())"
        let mark = loginMarker.mark(Array(text.utf8), at: repository.name.authority.description)
        return mark.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

extension SealedCredential {
    /// The context according to the credential's own row. It is sufficient for rewrapping, which reveals nothing of the credential.
    var destination: SealingContext {
        SealingContext(
            purpose: .credential, row: reference.id, namespace: namespace.description, authority: authority.description,
            version: reference.version)
    }
}

extension Repository {
    /// The context according to the repository that uses the credential, never the credential's own row, so that a row that was moved to
    /// another registry or namespace does not open.
    func destination(of reference: CredentialReference) -> SealingContext {
        SealingContext(
            purpose: .credential, row: reference.id, namespace: namespace.description, authority: name.authority.description,
            version: reference.version)
    }
}

extension Credential {
    /// The encoding: the length of the user name in four bytes, big-endian, the user name, the password.
    var bytes: [UInt8] {
        let username = Array(username.revealed().utf8)
        let length = withUnsafeBytes(of: UInt32(username.count).bigEndian, Array.init)
        return length + username + Array(password.revealed().utf8)
    }

    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 4 else { return nil }
        let length = bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        guard bytes.count >= 4 + length else { return nil }
        self.init(
            username: Secret(String(decoding: bytes[4..<4 + length], as: UTF8.self)),
            password: Secret(String(decoding: bytes[(4 + length)...], as: UTF8.self)))
    }
}
