import Domain
import Storage
import TestSupport
import Testing

extension TestServer {
    static let repositories = "/api/repo/v1/repository/"
    static let registries = "/api/repo/v1/registry/"
    static let actions = "/api/audit/v1/action/"

    @discardableResult
    func register(_ name: String, query: String = "", as authorization: Authorization = .administrator) async throws -> RawResponse {
        try await send("POST", Self.repositories + query, as: authorization, body: #"{"name": "\#(name)"}"#)
    }

    func get(_ target: String) async throws -> RawResponse {
        try await send("GET", target)
    }

    /// The names in a list of repositories.
    func names(_ query: String = "") async throws -> [String] {
        let response = try await get(Self.repositories + query)
        #expect(response.status == 200, "\(query) \(response.text)")
        return try response.names
    }

    /// Everything that the API shows the administrator, except failed attempts. It must be unchanged after requests that change
    /// nothing.
    func everything() async throws -> String {
        let lists = [
            Self.repositories, Self.registries, Self.users, Self.organizations, Self.members, Self.robots, Self.keys, Self.services,
            Self.acmeServices, Self.agents, "/api/app/v1/acme/agent/",
        ]
        var everything = ""
        for list in lists { everything += try await get(list + "?limit=1000").text }
        for actions in [Self.actions, "/api/audit/v1/acme/action/"] {
            everything += try await get(actions + "?state=Success&limit=1000").text
        }
        // Reports become stale as time passes.
        return everything.replacing(#""is_stale":true"#, with: #""is_stale":false"#)
    }
}
