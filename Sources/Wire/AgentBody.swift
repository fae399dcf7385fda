/// An agent in a response.
package struct AgentBody: Codable, Hashable, Sendable {
    /// The user name of its account.
    package var account: String
    package var created: String
    package var engine: String
    package var isStale: Bool
    package var name: String
    /// The time of its latest report.
    package var reported: String
    package var resourceURI: String
    /// The number of its services that the namespace sees.
    package var services: Int
    package var uuid: String

    package init(
        account: String, created: String, engine: String, isStale: Bool, name: String, reported: String, resourceURI: String, services: Int,
        uuid: String
    ) {
        self.account = account
        self.created = created
        self.engine = engine
        self.isStale = isStale
        self.name = name
        self.reported = reported
        self.resourceURI = resourceURI
        self.services = services
        self.uuid = uuid
    }

    enum CodingKeys: String, CodingKey {
        case account
        case created = "created_datetime"
        case engine
        case isStale = "is_stale"
        case name
        case reported = "reported_datetime"
        case resourceURI = "resource_uri"
        case services, uuid
    }
}
