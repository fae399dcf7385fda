package import FoundationEssentials
package import Naming

/// A user name and a password for a third-party registry. The user name is redacted like the password, because with some registries it is a
/// token.
package struct Credential: Hashable, Sendable {
    package let username: Secret
    package let password: Secret

    package init(username: Secret, password: Secret) {
        self.username = username
        self.password = password
    }
}

/// A reference to a version of a credential.
package struct CredentialReference: Hashable, Sendable {
    package let id: UUID
    package let version: Int

    package init(id: UUID, version: Int) {
        self.id = id
        self.version = version
    }
}

/// A stored credential: its purpose, and the sealed bytes of its current version.
package struct SealedCredential: Hashable, Sendable {
    package let reference: CredentialReference
    package let namespace: NamespaceName
    package let authority: RegistryAuthority
    package let envelope: [UInt8]
    /// Equal for equal logins at a registry; nil if the credential was sealed by a version without marks.
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

/// A secret text. Every way of printing it shows `<redacted>`.
package struct Secret: Hashable, Sendable {
    private let text: String

    package init(_ text: String) {
        self.text = text
    }

    package var isEmpty: Bool { text.isEmpty }

    /// The secret text. The caller must pass it only to a sealed envelope or an `Authorization` header.
    package func revealed() -> String { text }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<redacted>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
