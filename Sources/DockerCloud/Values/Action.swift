public import FoundationEssentials
import Wire

/// An entry of the audit trail: what somebody changed, or tried to.
public struct Action: CloudObject, Hashable, Sendable {
    /// The UUID, in lower case.
    public let uuid: String
    /// What was done, such as `Repository Create`.
    public let action: String
    /// The path of what it was done to, which may not exist any more; of an attempt that failed, the path that was called.
    public let object: String
    /// The tag or digest of a pull, push or deletion; nil where there is none.
    public let reference: String?
    /// How it went.
    public let state: State
    /// The HTTP status that an attempt which failed was answered with; nil for one that did not fail.
    public let status: Int?
    /// Why it failed, or why its outcome is not known; nil for others.
    public let reason: String?
    /// How many attempts it stands for: more than one where too many failed for each to be recorded.
    public let attempts: Int
    /// When the call began; nil where the server's text is not a date.
    public let started: Date?
    /// When the change was about to be stored; nil where the server's text is not a date.
    public let ended: Date?
    /// The name of the account.
    public let user: String
    /// The identifier of the API key; nil for what the server does by itself.
    public let apiKey: String?
    /// The client's address.
    public let ip: String
    /// The method of the request.
    public let method: String
    /// The path of the request, without its query.
    public let path: String
    /// What the client called itself; empty where it did not.
    public let userAgent: String
    /// Whether somebody called; false for what the server does by itself.
    public let isUserAction: Bool
    /// The path of the action on the server.
    public let resourceURI: String
    private let received: JSON

    init(json: JSON, requestID: String?) throws(DockerCloudError) {
        let body = try json.decoded(as: ActionBody.self, what: "an action", requestID: requestID)
        uuid = body.uuid
        action = body.action
        object = body.object
        state = State(rawValue: body.state)
        status = body.status
        reference = body.reference
        reason = body.reason
        attempts = body.attempts ?? 1
        started = WireCoding.date(body.startDate)
        ended = WireCoding.date(body.endDate)
        user = body.user
        apiKey = body.keyID
        ip = body.ip
        method = body.method
        path = body.path
        userAgent = body.userAgent
        isUserAction = body.isUserAction
        resourceURI = body.resourceURI
        received = json
    }

    /// All that the server sent, members included that this library does not know, as JSON in one line.
    public var json: String { received.text() }
    /// All that the server sent, as JSON indented by two spaces.
    public var indentedJSON: String { received.text(indentedBy: 2) }
}

extension Action {
    /// How an action went; a server may know more states than this library.
    public struct State: RawRepresentable, Hashable, Sendable {
        /// The word that the server uses.
        public let rawValue: String

        /// The state of that word.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The change was made.
        public static let success = State(rawValue: "Success")
        /// Nothing was changed.
        public static let failed = State(rawValue: "Failed")
        /// It began, and its outcome is not known yet.
        public static let inProgress = State(rawValue: "In progress")
        /// The server ended before the outcome was stored.
        public static let unknown = State(rawValue: "Unknown")
    }
}
