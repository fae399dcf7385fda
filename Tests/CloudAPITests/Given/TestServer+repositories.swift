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

    /// The names of a list of repositories.
    func names(_ query: String = "") async throws -> [String] {
        let response = try await get(Self.repositories + query)
        #expect(response.status == 200, "\(query) \(response.text)")
        return try response.names
    }

    /// Everything that the API shows of the administrator's namespace, but for attempts that failed: what must stay as it is
    /// where nothing may change.
    func everything() async throws -> String {
        let repositories = try await get(Self.repositories + "?limit=1000").text
        let actions = try await get(Self.actions + "?state=Success&limit=1000").text
        return repositories + actions + (try await get(Self.registries + "?limit=1000").text)
    }
}
