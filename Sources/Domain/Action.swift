package import FoundationEssentials
package import Naming

/// An entry of the audit trail: the operation, its object, its caller and its origin.
package struct Action: Hashable, Sendable, Identifiable {
    package let id: UUID
    package let namespace: NamespaceName
    package let kind: Kind
    package let object: Object
    /// The tag or digest of a use of contents; nil if there is none.
    package var reference: String?
    package var state: State
    /// The status of the response to a failed attempt; nil for other actions.
    package var status: Int?
    /// A human-readable reason for a failure, an unknown outcome or a change by the server itself; nil for other actions.
    package var reason: String?
    /// The number of attempts that the action summarizes; more than one if there were too many to record individually.
    package let attempts: Int
    package let started: Date
    package var ended: Date
    package var origin: Origin

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
        case serviceCreate = "Service Create"
        case serviceUpdate = "Service Update"
        case serviceTerminate = "Service Terminate"
        /// The first report of an agent.
        case agentCreate = "Agent Create"
        case agentDelete = "Agent Delete"
        case userCreate = "User Create"
        case userUpdate = "User Update"
        case apiKeyCreate = "API Key Create"
        case apiKeyDelete = "API Key Delete"
        case apiKeyRenew = "API Key Renew"
        /// Recorded only if the key was refused or its use was denied.
        case apiKeyUse = "API Key Use"
        /// A stored row did not verify and was not used.
        case rowRefuse = "Row Refuse"
        /// An administrator signed a stored row with its present contents.
        case rowSign = "Row Sign"
        /// An administrator rebuilt a lost revocation journal.
        case journalRebuild = "Journal Rebuild"
        /// An administrator restored a backup.
        case dataRestore = "Data Restore"
    }

    /// The object of an action. Members, robots, services and agents belong to the action's namespace.
    package enum Object: Hashable, Sendable {
        case repository(RepositoryName)
        case registry(RegistryAuthority)
        case organization(NamespaceName)
        case member(NamespaceName)
        case robot(RobotName)
        case user(NamespaceName)
        case service(Service.ID)
        case agent(Agent.ID)
        case apiKey(APIKey.ID)
        /// A row of the database, such as `apikey:abcdefghijkl`, the revocation journal or a backup.
        case row(String)
        /// The path of a failed call.
        case path(String)
    }

    package enum State: String, Hashable, Sendable, CaseIterable {
        case success = "Success"
        case failed = "Failed"
        case inProgress = "In progress"
        /// The request was sent and no response arrived, or the server ended before the outcome was stored.
        case unknown = "Unknown"
    }

    /// The origin of a call, as recorded in the audit trail.
    package struct Origin: Hashable, Sendable {
        package var user: String
        package var keyID: String?
        package var address: String
        package var method: String
        package var path: String
        package var userAgent: String

        /// Whether a caller caused the action, and not the server itself.
        package var isCall: Bool { keyID != nil }

        /// Whether a user caused the action, by a call or with a command on the server's machine.
        package var isUserAction: Bool { isCall || [Self.recovery, Self.doctor, Self.restore].contains(userAgent) }

        /// The user agent of `lighterman recover`.
        package static let recovery = "lighterman recover"
        /// The user agent of `lighterman doctor`.
        package static let doctor = "lighterman doctor"
        /// The user agent of `lighterman restore`.
        package static let restore = "lighterman restore"

        /// The origin of an action without a call, from a command or from the server itself.
        package static func command(_ userAgent: String) -> Origin {
            Origin(user: "", keyID: nil, address: "", method: "", path: "", userAgent: userAgent)
        }

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

/// A filter of the actions of a namespace. All conditions that are set must hold.
package struct ActionFilter: Hashable, Sendable {
    /// A prefix of the identifier, in lower case.
    package var idPrefix: String?
    package var state: Action.State?
    package var kind: Action.Kind?
    /// The action must have one of these objects.
    package var objects: [Action.Object]?
    /// The name of an account.
    package var user: String?
    package var key: APIKey.ID?
    package var started: DateRange
    /// An action in progress has no end, and is in no range.
    package var ended: DateRange
    /// The page starts after this action, in the order of the list, and ignores the offset. The total is unaffected. The page is empty if
    /// the action no longer exists: the oldest actions are deleted first, so that those after it are deleted as well.
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

    /// A range of dates that includes both ends; an end that is nil is open.
    package struct DateRange: Hashable, Sendable {
        package let from: Date?
        package let to: Date?

        package init(from: Date? = nil, to: Date? = nil) {
            self.from = from
            self.to = to
        }
    }
}

/// An action with its sequence number in the trail of all namespaces. Numbers increase and are never reused. An action gets a new number
/// when its outcome is stored.
package struct TrailEntry: Hashable, Sendable {
    package let sequence: Int
    package let action: Action

    package init(sequence: Int, action: Action) {
        self.sequence = sequence
        self.action = action
    }

    package var position: TrailPosition { TrailPosition(sequence: sequence, id: action.id) }
}

/// Refers to an action by number and identifier, because after restoring a backup the number may belong to another action.
package struct TrailPosition: Hashable, Sendable {
    /// nil if only the identifier is known.
    package let sequence: Int?
    package let id: Action.ID

    package init(sequence: Int?, id: Action.ID) {
        self.sequence = sequence
        self.id = id
    }
}
