import Domain
import FoundationEssentials
import Naming
import Operations
import Storage
import TestSupport
import Testing
import Wire

extension TestServer {
    static let users = "/api/account/v1/user/"
    static let organizations = "/api/account/v1/organization/"
    static let acme = organizations + "acme/"
    static let members = acme + "member/"
    static let robots = "/api/account/v1/acme/robot/"
    static let services = "/api/app/v1/service/"
    static let acmeServices = "/api/app/v1/acme/service/"
    static let agents = "/api/app/v1/agent/"
    static let keys = "/api/account/v1/apikey/"

    /// Creates the items of all documented paths except the action: the administrator's repository, service, agent and key, and `acme`, whose admins
    /// are the administrator and the given users.
    func makeDocumented(admin: String? = nil) async throws {
        try await register(DocumentedPath.name)
        try await backend.makeOrganization()
        if let admin { try await backend.addMember(admin, .admin) }
        _ = try await backend.makeMember("bob", .read)
        _ = try await backend.makeAccount("dave")
        _ = try await backend.makeRobot()
        let owner = try await backend.caller().identity.account
        let stored = APIKey(
            id: DocumentedPath.keyID, account: owner.id, hash: [0], label: "", scopes: [.repositoryRead], created: owner.created)
        let image = Service.Image(DocumentedPath.name, try ImageReference(parsing: DocumentedPath.name))
        let service = Service(
            id: try #require(UUID(uuidString: DocumentedPath.serviceID)), namespace: owner.name.namespace,
            name: try ServiceName(parsing: "web"), image: image, state: .notRunning, created: owner.created, modified: owner.created)
        let report = Agent.Report(
            instance: String(repeating: "0", count: 32), process: UUID(), sequence: 1, engine: .docker, hash: "", key: stored.id,
            date: owner.created, ran: 0)
        let agent = Agent(
            id: try #require(UUID(uuidString: DocumentedPath.agentID)), account: owner.id, accountName: owner.name,
            name: try AgentName(parsing: "host-0"), report: report, created: owner.created)
        try await backend.decoratedStore.write { writer in
            try writer.insert(stored)
            try writer.insert(service)
            try writer.put(agent, services: [], in: [owner.name.namespace]) { UUID() }
        }
    }

    /// Sends a request that must succeed.
    @discardableResult
    func call(
        _ method: String, _ target: String, _ body: String? = nil, as authorization: Authorization = .administrator
    ) async throws -> JSON {
        let response = try await send(method, target, as: authorization, body: body)
        #expect((200..<300).contains(response.status), "\(method) \(target): \(response.text)")
        return response.body.isEmpty ? .null : try response.json
    }

    func status(
        _ method: String, _ target: String, _ body: String? = nil, as authorization: Authorization = .administrator
    ) async throws -> Int {
        try await send(method, target, as: authorization, body: body).status
    }

    /// Creates a key over the API.
    func makeKey(_ members: String = "{}", as authorization: Authorization = .administrator) async throws -> (id: String, key: APIKeySecret)
    {
        let made = try await call("POST", Self.keys, members, as: authorization)
        let key = try #require(made["key"]?.text.flatMap { APIKeySecret(parsing: $0) })
        return (try #require(made["id"]?.text), key)
    }

    /// All items of a list, page by page.
    func list(_ target: String, as authorization: Authorization = .administrator) async throws -> [JSON] {
        try await call("GET", target, as: authorization)["objects"]?.elements ?? []
    }
}

extension APIKeySecret {
    /// The secret part of the key.
    var secretPart: String { String(revealed().dropFirst(16)) }
}
