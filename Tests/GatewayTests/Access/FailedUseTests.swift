import Domain
import Gateway
import Naming
import Operations
import TestSupport
import Testing

@Suite("Records of failed uses that are not sent to the registry")
struct FailedUseTests {
    /// The trail of a namespace, such as `Repository Pull 404 v1`, the oldest first, without registrations.
    private static func trail(_ namespace: String, _ fixture: Fixture) async throws -> [Action] {
        try await fixture.backend.backend.writeOutcomes()
        let page = Page(limit: 1000, offset: 0) ?? Page.first
        let actions = try await fixture.backend.backend.listActions(
            in: NamespaceName(parsing: namespace), where: ActionFilter(state: .failed), page: page, by: fixture.backend.caller())
        return actions.items.reversed()
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let method: String
        /// After the repository's name.
        let resource: String
        var image = Fixture.image
        let status: Int
        let kind: Action.Kind
        var reference: String?

        var testDescription: String { "\(method) \(image) \(resource)" }
    }

    private static let rows = [
        Row(method: "GET", resource: "manifests/v1", image: "none", status: 404, kind: .repositoryPull, reference: "v1"),
        Row(method: "GET", resource: "tags/list", image: "none", status: 404, kind: .repositoryPull),
        Row(method: "PUT", resource: "manifests/v1", image: "none", status: 404, kind: .repositoryPush, reference: "v1"),
        Row(method: "POST", resource: "blobs/uploads/", image: "none", status: 404, kind: .repositoryPush),
        Row(method: "DELETE", resource: "manifests/v1", status: 405, kind: .repositoryContentsDelete, reference: "v1"),
        Row(method: "GET", resource: "manifests/!!", status: 400, kind: .repositoryPull),
        Row(method: "PUT", resource: "manifests/!!", status: 400, kind: .repositoryPush),
        Row(method: "GET", resource: "blobs/sha256:00", status: 400, kind: .repositoryPull),
        Row(method: "DELETE", resource: "blobs/sha256:00", status: 400, kind: .repositoryContentsDelete),
        Row(method: "PATCH", resource: "manifests/v1", status: 405, kind: .repositoryPush, reference: "v1"),
        Row(method: "DELETE", resource: "tags/list", status: 405, kind: .repositoryContentsDelete),
    ]

    @Test("A failed use is recorded with its repository, reference and status", arguments: rows, [nil, "acme"])
    func recorded(_ row: Row, _ namespace: String?) async throws {
        try await Fixture.run { (fixture: Fixture) async throws in
            try await fixture.backend.makeOrganization()
            let path = "/v2/\(namespace.map { "\($0)/" } ?? "")\(fixture.name(row.image))/\(row.resource)"
            let response = try await fixture.server.send(row.method, path)
            #expect(response.status == row.status || namespace != nil && response.status == 404, "\(response.status) \(response.text)")
            let actions = try await Self.trail(namespace ?? "admin", fixture)
            let action = try #require(actions.first)
            #expect(actions.count == 1 && action.kind == row.kind && action.status == response.status && action.reference == row.reference)
            #expect(action.object == .repository(try fixture.repositoryName(row.image)) && action.reason?.isEmpty == false)
            #expect(fixture.registry.openings.isEmpty)
        }
    }

    @Test("A failed use in a namespace that the caller has no part in is in the caller's own trail, with the path")
    func foreign() async throws {
        try await Fixture.run { (fixture: Fixture) async throws in
            try await fixture.backend.makeOrganization()
            let key = try await fixture.backend.makeAccount("mallory")
            let base = "/v2/acme/\(fixture.name())"
            for (method, path, status) in [
                ("GET", "\(base)/manifests/v1", 404), ("PUT", "\(base)/manifests/v1", 404), ("DELETE", "\(base)/manifests/v1", 405),
                ("GET", "\(base)/manifests/!!", 400), ("GET", "/v2/Not.A.Name/manifests/v1", 400),
            ] {
                #expect(try await fixture.server.send(method, path, as: .bearer(key)).status == status, "\(method) \(path)")
                let action = try #require(try await Self.trail("mallory", fixture).last)
                #expect(action.object == .path(path) && action.status == status && action.origin.user == "mallory")
            }
            #expect(try await Self.trail("acme", fixture).isEmpty)
        }
    }

    @Test("A denied listing of the catalogue is recorded, with and without a token", arguments: ["GET", "HEAD"])
    func catalog(_ method: String) async throws {
        try await Fixture.run { (fixture: Fixture) async throws in
            let key = try await fixture.backend.makeAdministratorKey(scopes: [.repositoryRead])
            let token = try await fixture.server.send("GET", "/token?service=x&scope=registry:catalog:*", as: .bearer(key)).member("token")
            for authorization in [Authorization.bearer(key), .field("Bearer \(token ?? "none")")] {
                #expect(try await fixture.server.send(method, "/v2/_catalog", as: authorization).status == 403)
            }
            let actions = try await Self.trail("admin", fixture)
            #expect(actions.count == 2)
            #expect(actions.allSatisfy { $0.kind == .apiKeyUse && $0.status == 403 && $0.object == .path("/v2/_catalog") })
        }
    }

    @Test("Challenges, and checks for existence of what does not exist, are not recorded")
    func unrecorded() async throws {
        try await Fixture.run { (fixture: Fixture) async throws in
            let token = try await fixture.server.send("GET", "/token?service=x").member("token")
            #expect(try await fixture.send("GET", "manifests/v1", as: .field("Bearer \(token ?? "none")")).status == 401)
            #expect(try await fixture.send("GET", "manifests/v1", as: .nobody).status == 401)
            #expect(try await fixture.send("HEAD", "manifests/v1", of: "none").status == 404)
            #expect(try await fixture.server.send("GET", "/v2/").status == 200)
            #expect(try await fixture.server.send("GET", "/v2/x").status == 404)
            #expect(try await Self.trail("admin", fixture).isEmpty)
        }
    }

    @Test("The audit trail of an organization counts all denied attempts of a member, whatever else fails before and after")
    func summaries() async throws {
        try await Fixture.run { (fixture: Fixture) async throws in
            try await fixture.backend.makeOrganization()
            let key = try await fixture.backend.makeMember("mallory", .read)
            for _ in 0..<35 { #expect(try await fixture.send("GET", "manifests/v1", of: "none", as: .bearer(key)).status == 404) }
            let base = "/v2/acme/\(fixture.name())"
            for _ in 1...3 {
                let push = fixture.server.request("PUT", "\(base)/manifests/v1", as: .bearer(key), body: Sample.manifest)
                #expect(try await fixture.server.send(push).status == 403)
            }
            #expect(try await fixture.server.send("GET", "\(base)/manifests/v2", as: .bearer(key)).status == 404)
            #expect(try await fixture.send("GET", "manifests/v1", of: "none", as: .bearer(key)).status == 404)
            let actions = try await Self.trail("acme", fixture)
            #expect(
                Set(actions.map { "\($0.kind.rawValue) \($0.attempts) \($0.status ?? 0)" }) == [
                    "Repository Push 3 403", "Repository Pull 1 404",
                ])
            let object = Action.Object.repository(try fixture.repositoryName())
            #expect(actions.allSatisfy { $0.origin.user == "mallory" && $0.object == object })
            let own = try await Self.trail("mallory", fixture)
            #expect(own.count == 31 && own.map(\.attempts).max() == 6)
        }
    }
}
