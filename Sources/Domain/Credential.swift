package import FoundationEssentials
package import Naming

/// A user name and a password for a third-party registry. The user name is as silent as the password: with some
/// registries it is a token.
package struct Credential: Hashable, Sendable {
    package let username: Secret
    package let password: Secret

    package init(username: Secret, password: Secret) {
        self.username = username
        self.password = password
    }
}

/// Which credential a repository uses, and which version of it.
package struct CredentialReference: Hashable, Sendable {
    package let id: UUID
    package let version: Int

    package init(id: UUID, version: Int) {
        self.id = id
        self.version = version
    }
}

/// A credential as it is stored: what it is for, and the sealed bytes of its current version.
package struct SealedCredential: Hashable, Sendable {
    package let reference: CredentialReference
    package let namespace: NamespaceName
    package let authority: RegistryAuthority
    package let envelope: [UInt8]
    /// Equal for equal logins of a registry; nil where it was sealed by a version that had no marks.
    package let loginMark: [UInt8]?

    package init(
        reference: CredentialReference, namespace: NamespaceName, authority: RegistryAuthority, envelope: [UInt8], loginMark: [UInt8]? = nil
    ) {
        self.reference = reference
        self.namespace = namespace
        self.authority = authority
        self.envelope = envelope
        self.loginMark = loginMark
    }
}
