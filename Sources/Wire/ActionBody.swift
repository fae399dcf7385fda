/// An entry of the audit trail, as responses carry it.
package struct ActionBody: Codable, Hashable, Sendable {
    package var action: String
    package var canBeCanceled = false
    package var canBeRetried = false
    package var endDate: String
    package var ip: String
    package var isUserAction: Bool
    package var location: String
    package var method: String
    package var object: String
    package var path: String
    package var resourceURI: String
    package var startDate: String
    package var state: String
    /// How an attempt that failed was answered.
    @OrNull package var status: Int?
    package var user: String
    package var userAgent: String
    package var uuid: String

    package init(
        action: String, endDate: String, ip: String, isUserAction: Bool, location: String, method: String, object: String,
        path: String, resourceURI: String, startDate: String, state: String, status: Int?, user: String, userAgent: String, uuid: String
    ) {
        self.action = action
        self.endDate = endDate
        self.ip = ip
        self.isUserAction = isUserAction
        self.location = location
        self.method = method
        self.object = object
        self.path = path
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
        case canBeCanceled = "can_be_canceled"
        case canBeRetried = "can_be_retried"
        case endDate = "end_date"
        case ip
        case isUserAction = "is_user_action"
        case location, method, object, path
        case resourceURI = "resource_uri"
        case startDate = "start_date"
        case state, status, user
        case userAgent = "user_agent"
        case uuid
    }
}
