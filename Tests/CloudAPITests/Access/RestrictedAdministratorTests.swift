import Domain
import Foundation
import Naming
import Operations
import TestSupport
import Testing

@testable import CloudAPI

@Suite("Restricted keys of a server administrator")
struct RestrictedAdministratorTests {
    /// The restrictions, each with all scopes.
    private static func restrictions() throws -> [APIKey.Restriction] {
        [
            try .init(namespace: "acme", to: []), try .init(namespace: "admin", to: []), try .init(to: ["registry.example/team/*"]),
            try .init(namespace: "acme", to: ["registry.example/*"]),
        ]
    }

    @Test(
        "A restricted administrator's key changes nothing in another namespace, by Basic, Bearer or gateway token",
        arguments: RightsTable.rows)
    func unchanged(_ row: RightsTable.Row) async throws {
        try await TestServer.run { server in
            let scene = try await Scene(on: server)
            let before = try await scene.seen(by: server)
            for restriction in try Self.restrictions() {
                let key = try await server.backend.makeAdministratorKey(restriction: restriction)
                let token = try #require(try await server.send("GET", "/token?service=x", as: .bearer(key)).json["token"]?.text)
                let ways = [Authorization.bearer(key), .basic("admin", key), .field("Bearer \(token)")]
                for namespace in ["acme/", "admin/", "otto/", ""] {
                    for way in ways {
                        _ = try await server.send(row.method, scene.path(row.path, in: namespace), as: way, body: scene.body(of: row))
                    }
                }
                #expect(try await scene.seen(by: server) == before, "\(restriction)")
            }
            guard row.route == "PATCH /api/repo/v1/[namespace/]registry/(host)/" else { return }
            // The observer would have seen a change.
            let response = try await server.send(row.method, scene.path(row.path, in: "acme/"), body: scene.body(of: row))
            #expect(response.status == 202, "\(response.text)")
            #expect(try await scene.seen(by: server) != before)
        }
    }

    @Test("A restricted administrator's key gets 403 for registries, users and other accounts' keys; an unrestricted one does not")
    func refused() async throws {
        try await TestServer.run { server in
            _ = try await Scene(on: server)
            for restriction in try Self.restrictions() {
                let key = try await server.backend.makeAdministratorKey(restriction: restriction)
                let namespace = restriction.namespace?.description ?? "acme"
                let path = "/api/repo/v1/\(namespace)/registry/registry.example/"
                let response = try await server.send(
                    "PATCH", path, as: .bearer(key),
                    body: #"{"realm": "https://evil.example/token", "plain_http": true, "is_trusted": true}"#)
                #expect(response.status == 403, "\(response.text)")
                for (method, path, body) in [
                    ("GET", "/api/account/v1/user/", nil), ("POST", "/api/account/v1/user/", #"{"name": "eve"}"#),
                    ("PATCH", "/api/account/v1/user/otto/", #"{"is_disabled": true}"#),
                    ("POST", "/api/account/v1/apikey/", #"{"account": "otto"}"#), ("GET", "/api/account/v1/apikey/?account=otto", nil),
                ] as [(String, String, String?)] {
                    #expect(try await server.send(method, path, as: .bearer(key), body: body).status == 403, "\(method) \(path)")
                }
            }
            let whole = try await server.send(
                "PATCH", "/api/repo/v1/acme/registry/registry.example/", body: #"{"realm": "https://auth.registry.example/token"}"#)
            #expect(whole.status == 202)
        }
    }

    /// `otto` sees his own namespace, which uses the same registry as the repositories of `acme` and of `admin`, and everything
    /// server-wide that an unrestricted administrator sees.
    private struct Scene {
        private let otto: Authorization
        private let key: String

        init(on server: TestServer) async throws {
            let backend = server.backend
            let otto = try await backend.makeAccount("otto")
            try await backend.makeOrganization()
            for (namespace, way) in [("", Authorization.bearer(otto)), ("", .administrator), ("acme/", .administrator)] {
                let added = try await server.send(
                    "POST", "/api/repo/v1/\(namespace)repository/", as: way,
                    body: #"{"name": "registry.example/team/image", "username": "u", "password": "p"}"#)
                try #require(added.status == 201, "\(added.text)")
            }
            _ = try await backend.makeRobot("nightly")
            _ = try await backend.makeMember("erin", .read)
            self.otto = .bearer(otto)
            key = otto.keyID
        }

        func path(_ pattern: String, in namespace: String) -> String {
            [
                ("[namespace/]", namespace), ("repository/(name)", "repository/registry.example/team/image"),
                ("(host)", "registry.example"),
                ("(uuid)", UUID().uuidString.lowercased()), ("user/(name)", "user/otto"), ("organization/(name)", "organization/acme"),
                ("(user)", "erin"), ("robot/(name)", "robot/nightly"), ("(id)", key),
            ].reduce(pattern) { $0.replacing($1.0, with: $1.1) }
        }

        func body(of row: RightsTable.Row) -> String? {
            row.path.hasSuffix("registry/(host)/")
                ? #"{"realm": "https://evil.example/token", "plain_http": true, "is_trusted": true}"#
                : row.path == "/api/account/v1/apikey/" ? #"{"account": "otto", "scopes": ["pull"]}"# : row.body
        }

        func seen(by server: TestServer) async throws -> [String] {
            var seen: [String] = []
            for path in [
                "/api/repo/v1/repository/", "/api/repo/v1/repository/registry.example/team/image/", "/api/repo/v1/registry/",
                "/api/repo/v1/registry/registry.example/", "/api/audit/v1/action/", "/api/account/v1/organization/",
                "/api/account/v1/apikey/", "/api/account/v1/user/otto/",
            ] {
                seen.append(try await server.send("GET", path, as: otto).text)
            }
            for path in ["/api/account/v1/user/", "/api/repo/v1/registry/registry.example/", "/api/account/v1/apikey/?account=otto"] {
                seen.append(try await server.send("GET", path).text)
            }
            return seen
        }
    }
}
