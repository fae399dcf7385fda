package import FoundationEssentials
package import Naming

/// One entry of the audit trail: what was done, to what, by whom and from where.
package struct Action: Hashable, Sendable, Identifiable {
    package let id: UUID
    package let namespace: NamespaceName
    package let kind: Kind
    package let object: Object
    /// The tag or digest that a use of contents is about; nil where there is none.
    package var reference: String?
    package var state: State
    /// The status of the response to an attempt that failed; nil for others.
    package var status: Int?
    /// Why it failed, or why its outcome is not known: a sentence for people. nil for others.
    package var reason: String?
    /// How many attempts it stands for. More than one where there were too many to record each.
    package let attempts: Int
    package let started: Date
    package var ended: Date
    package let origin: Origin

    package init(
        id: UUID, namespace: NamespaceName, kind: Kind, object: Object, reference: String? = nil, state: State, status: Int? = nil,
        reason: String? = nil, attempts: Int = 1, started: Date, ended: Date, origin: Origin
    ) {
        self.id = id
        self.namespace = namespace
        self.kind = kind
        self.object = object
        self.reference = reference
        self.state = state
        self.status = status
        self.reason = reason
        self.attempts = attempts
        self.started = started
        self.ended = ended
        self.origin = origin
    }

    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case repositoryCreate = "Repository Create"
        case repositoryUpdate = "Repository Update"
        case repositoryDelete = "Repository Delete"
        case repositoryVerify = "Repository Verify"
        case repositoryPull = "Repository Pull"
        case repositoryPush = "Repository Push"
        case repositoryContentsDelete = "Repository Contents Delete"
        case registryUpdate = "Registry Update"
        case organizationCreate = "Organization Create"
        case organizationDelete = "Organization Delete"
        case memberCreate = "Member Create"
        case memberUpdate = "Member Update"
        case memberDelete = "Member Delete"
        case robotCreate = "Robot Create"
        case robotUpdate = "Robot Update"
        case robotDelete = "Robot Delete"
        case userCreate = "User Create"
        case userUpdate = "User Update"
        case apiKeyCreate = "API Key Create"
        case apiKeyDelete = "API Key Delete"
        case apiKeyRenew = "API Key Renew"
        /// Recorded only where the key was refused, or denied what it was used for.
        case apiKeyUse = "API Key Use"
        /// A stored row did not verify, and was not used.
        case rowRefuse = "Row Refuse"
        /// An administrator signed a stored row as it was.
        case rowSign = "Row Sign"
    }

    /// What it was done to. Members and robots are those of the action's namespace.
    package enum Object: Hashable, Sendable {
        case repository(RepositoryName)
        case registry(RegistryAuthority)
        case organization(NamespaceName)
        case member(NamespaceName)
        case robot(RobotName)
        case user(NamespaceName)
        case apiKey(APIKey.ID)
        /// A row of the database, such as `apikey:abcdefghijkl`.
        case row(String)
        /// The path that was called, where nothing came of it.
        case path(String)
    }

    package enum State: String, Hashable, Sendable, CaseIterable {
        case success = "Success"
        case failed = "Failed"
        case inProgress = "In progress"
        /// The server ended before the outcome was stored.
        case unknown = "Unknown"
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

        /// Whether a person or a program of theirs acted: by a call, or with a command on the server's machine.
        package var isUserAction: Bool { isCall || userAgent == Self.recovery }

        /// The user agent of `lighterman recover`.
        package static let recovery = "lighterman recover"

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

/// Which actions of a namespace are meant; conditions that are set must all hold.
package struct ActionFilter: Hashable, Sendable {
    /// The beginning of the identifier, in lower case.
    package var idPrefix: String?
    package var state: Action.State?
    package var kind: Action.Kind?
    /// Any of them.
    package var objects: [Action.Object]?
    /// The name of an account.
    package var user: String?
    package var key: APIKey.ID?
    package var started: DateRange
    package var ended: DateRange
    /// The page begins after this one, with the action that was recorded before it, whatever its offset; the total counts all. One that is gone
    /// has no effect.
    package var after: Action.ID?

    package init(
        idPrefix: String? = nil, state: Action.State? = nil, kind: Action.Kind? = nil, objects: [Action.Object]? = nil,
        user: String? = nil, key: APIKey.ID? = nil, started: DateRange = DateRange(), ended: DateRange = DateRange(),
        after: Action.ID? = nil
    ) {
        self.idPrefix = idPrefix
        self.state = state
        self.kind = kind
        self.objects = objects
        self.user = user
        self.key = key
        self.started = started
        self.ended = ended
        self.after = after
    }

    /// Both ends belong to it; one that is nil is open.
    package struct DateRange: Hashable, Sendable {
        package let from: Date?
        package let to: Date?

        package init(from: Date? = nil, to: Date? = nil) {
            self.from = from
            self.to = to
        }
    }
}
