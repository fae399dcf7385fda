package import FoundationEssentials
package import Naming

/// One entry of the audit trail: what was done, to what, by whom and from where.
package struct Action: Hashable, Sendable, Identifiable {
    package let id: UUID
    package let namespace: NamespaceName
    package let kind: Kind
    package let object: Object
    package let state: State
    package let started: Date
    package let ended: Date
    package let origin: Origin

    package init(
        id: UUID, namespace: NamespaceName, kind: Kind, object: Object, state: State, started: Date, ended: Date, origin: Origin
    ) {
        self.id = id
        self.namespace = namespace
        self.kind = kind
        self.object = object
        self.state = state
        self.started = started
        self.ended = ended
        self.origin = origin
    }

    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case repositoryCreate = "Repository Create"
        case repositoryUpdate = "Repository Update"
        case repositoryDelete = "Repository Delete"
        case repositoryVerify = "Repository Verify"
        case registryUpdate = "Registry Update"
    }

    /// What it was done to.
    package enum Object: Hashable, Sendable {
        case repository(RepositoryName)
        case registry(RegistryAuthority)
    }

    package enum State: String, Hashable, Sendable, CaseIterable {
        case success = "Success"
        case failed = "Failed"
        case inProgress = "In progress"
    }

    /// Where a call came from, as the audit trail keeps it.
    package struct Origin: Hashable, Sendable {
        package var user: String
        package var keyID: String?
        package var address: String
        package var method: String
        package var path: String
        package var userAgent: String

        /// Whether somebody called, and not the server itself on its own account.
        package var isCall: Bool { keyID != nil }

        package init(user: String, keyID: String?, address: String, method: String, path: String, userAgent: String) {
            self.user = user
            self.keyID = keyID
            self.address = address
            self.method = method
            self.path = path
            self.userAgent = userAgent
        }
    }
}
