/// An entry of the audit trail in a response.
package struct ActionBody: Codable, Hashable, Sendable {
    package var action: String
    /// The number of attempts that it represents.
    @OrNull package var attempts: Int?
    package var canBeCanceled = false
    package var canBeRetried = false
    package var endDate: String
    package var ip: String
    package var isUserAction: Bool
    /// The ID of the API key that was used.
    @OrNull package var keyID: String?
    package var location: String
    package var method: String
    package var object: String
    package var path: String
    /// The reason why it failed or why its outcome is unknown.
    @OrNull package var reason: String?
    /// The tag or digest that was used.
    @OrNull package var reference: String?
    package var resourceURI: String
    package var startDate: String
    package var state: String
    /// The HTTP status of the response to a failed attempt.
    @OrNull package var status: Int?
    package var user: String
    package var userAgent: String
    package var uuid: String

    package init(
        action: String, attempts: Int?, endDate: String, ip: String, isUserAction: Bool, keyID: String?, location: String, method: String,
        object: String, path: String, reason: String?, reference: String?, resourceURI: String, startDate: String, state: String,
        status: Int?, user: String, userAgent: String, uuid: String
    ) {
        self.action = action
        self.attempts = attempts
        self.endDate = endDate
        self.ip = ip
        self.isUserAction = isUserAction
        self.keyID = keyID
        self.location = location
        self.method = method
        self.object = object
        self.path = path
        self.reason = reason
        self.reference = reference
        self.resourceURI = resourceURI
        self.startDate = startDate
        self.state = state
        self.status = status
        self.user = user
        self.userAgent = userAgent
        self.uuid = uuid
    }

    enum CodingKeys: String, CodingKey {
        case action
        case attempts
        case canBeCanceled = "can_be_canceled"
        case canBeRetried = "can_be_retried"
        case endDate = "end_date"
        case ip
        case isUserAction = "is_user_action"
        case keyID = "key_id"
        case location, method, object, path, reason, reference
        case resourceURI = "resource_uri"
        case startDate = "start_date"
        case state, status, user
        case userAgent = "user_agent"
        case uuid
    }
}
