import Domain
import Naming
import Sealing

extension Backend {
    /// Seals a credential for the repository's registry and namespace, and for nothing else.
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
}

extension SealedCredential {
    /// What its own row says that it is for: enough to wrap it anew, which shows nothing of it.
    var destination: SealingContext {
        SealingContext(
            purpose: .credential, row: reference.id, namespace: namespace.description, authority: authority.description,
            version: reference.version)
    }
}

extension Repository {
    /// Taken from the repository that the credential is to be used for, never from the credential's own row: a row that was
    /// moved to another registry or namespace does not open.
    func destination(of reference: CredentialReference) -> SealingContext {
        SealingContext(
            purpose: .credential, row: reference.id, namespace: namespace.description, authority: name.authority.description,
            version: reference.version)
    }
}

extension Credential {
    /// Both parts as one text: the user name's length as four bytes, most significant first, the user name, the password.
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
