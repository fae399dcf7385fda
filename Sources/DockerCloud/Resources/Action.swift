public import FoundationEssentials
import Wire

/// An entry of the audit trail: a change, or an attempt at one.
public struct Action: Identifiable, Hashable, Sendable {
    /// The UUID, in lower case.
    public let uuid: String
    /// The kind of action, such as `Repository Create`.
    public let action: String
    /// The path of the changed object, which may no longer exist; for a failed attempt, the path of the request.
    public let object: String
    /// The tag or digest of a pull, push or deletion; nil for other actions.
    public let reference: String?
    /// The outcome.
    public let state: State
    /// The HTTP status of the response to a failed attempt; nil if it did not fail.
    public let status: Int?
    /// The reason why it failed or why its outcome is unknown; otherwise nil.
    public let reason: String?
    /// The number of attempts that this entry represents: more than one if too many failed to record each of them.
    public let attempts: Int
    /// The start time of the request.
    public let started: Date
    /// The time immediately before the change was stored, or when the outcome was known.
    public let ended: Date
    /// The name of the account.
    public let user: String
    /// The ID of the API key; nil for actions that the server started itself.
    public let apiKey: String?
    /// The client's address.
    public let ip: String
    /// The method of the request.
    public let method: String
    /// The path of the request, without its query.
    public let path: String
    /// The client's `User-Agent`; empty if it sent none.
    public let userAgent: String
    /// Whether a request caused the action; false for actions that the server started itself.
    public let isUserAction: Bool
    /// Whether it can be cancelled; false for all kinds of actions so far.
    public let canBeCanceled: Bool
    /// Whether it can be retried; false for all kinds of actions so far.
    public let canBeRetried: Bool
    /// Always empty. Docker Cloud's API defines it.
    public let location: String
    /// The path of the action on the server.
    public let resourceURI: String

    /// Creates a value, for example for a fake of the server.
    public init(
        uuid: String, action: String, object: String, reference: String? = nil, state: State, status: Int? = nil, reason: String? = nil,
        attempts: Int = 1, started: Date, ended: Date, user: String, apiKey: String? = nil, ip: String, method: String, path: String,
        userAgent: String = "", isUserAction: Bool = true, canBeCanceled: Bool = false, canBeRetried: Bool = false,
        location: String = "", resourceURI: String
    ) {
        self.uuid = uuid
        self.action = action
        self.object = object
        self.reference = reference
        self.state = state
        self.status = status
        self.reason = reason
        self.attempts = attempts
        self.started = started
        self.ended = ended
        self.user = user
        self.apiKey = apiKey
        self.ip = ip
        self.method = method
        self.path = path
        self.userAgent = userAgent
        self.isUserAction = isUserAction
        self.canBeCanceled = canBeCanceled
        self.canBeRetried = canBeRetried
        self.location = location
        self.resourceURI = resourceURI
    }

    /// The UUID.
    public var id: String { uuid }
}

extension Action: CloudObject {
    init(json: JSON, requestID: String?) throws(DockerCloudError) {
        let body = try json.decoded(as: ActionBody.self, what: "an action", requestID: requestID)
        self.init(
            uuid: body.uuid, action: body.action, object: body.object, reference: body.reference, state: State(rawValue: body.state),
            status: body.status, reason: body.reason, attempts: body.attempts ?? 1,
            started: try Date(body.startDate, of: "start_date", requestID: requestID),
            ended: try Date(body.endDate, of: "end_date", requestID: requestID),
            user: body.user, apiKey: body.keyID, ip: body.ip, method: body.method, path: body.path, userAgent: body.userAgent,
            isUserAction: body.isUserAction, canBeCanceled: body.canBeCanceled, canBeRetried: body.canBeRetried, location: body.location,
            resourceURI: body.resourceURI)
    }
}

extension Action {
    /// The outcome of an action. A server may know more states than this library.
    public struct State: RawRepresentable, Hashable, Sendable {
        /// The word that the server uses.
        public let rawValue: String

        /// The state of that word.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The change was made.
        public static let success = State(rawValue: "Success")
        /// Nothing was changed.
        public static let failed = State(rawValue: "Failed")
        /// It started, and its outcome is not known yet.
        public static let inProgress = State(rawValue: "In progress")
        /// The server stopped before the outcome was stored.
        public static let unknown = State(rawValue: "Unknown")
    }
}
