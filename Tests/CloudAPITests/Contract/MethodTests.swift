import TestSupport
import Testing

@Suite("Methods and paths")
struct MethodTests {
    private static let methods = [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "MKCOL", "COPY", "LOCK", "PURGE", "SEARCH",
        "QUERY",
    ]

    @Test("A documented path accepts the methods in Allow, and no other", arguments: DocumentedPath.all)
    func documented(_ path: DocumentedPath) async throws {
        try await TestServer.run { server in
            try await check(path.text(), path.methods, on: server)
            try await check(path.text(in: "admin"), path.methods, on: server)
        }
    }

    @Test("The health paths are read-only", arguments: ["/healthz", "/readyz"])
    func health(_ path: String) async throws {
        try await TestServer.run { server in try await check(path, ["GET", "HEAD"], on: server) }
    }

    private func check(_ path: String, _ allowed: [String], on server: TestServer) async throws {
        for method in Self.methods {
            let response = try await server.send(method, path, body: ["POST", "PATCH"].contains(method) ? "{}" : nil)
            guard response.status == 405 else {
                #expect(allowed.contains(method), "\(method) \(path): \(response.status)")
                continue
            }
            #expect(!allowed.contains(method), "\(method) \(path)")
            #expect(response["Allow"] == allowed.joined(separator: ", "))
            // A response to HEAD has no body.
            let sentence = "This resource supports \(allowed.joined(separator: ", ")) only"
            #expect(response.error?.split(separator: ";").first.map(String.init) == (method == "HEAD" ? nil : sentence))
        }
    }

    @Test(
        "A change of a collection is rejected with the path template of an item",
        arguments: [
            ("DELETE", "/api/repo/v1/repository/", "DELETE /api/repo/v1/[namespace/]repository/(name)/"),
            ("DELETE", "/api/repo/v1/admin/repository/", "DELETE /api/repo/v1/[namespace/]repository/(name)/"),
            ("PATCH", "/api/repo/v1/repository/", "PATCH /api/repo/v1/[namespace/]repository/(name)/"),
            ("PATCH", "/api/repo/v1/registry/", "PATCH /api/repo/v1/[namespace/]registry/(host)/"),
            ("DELETE", "/api/account/v1/apikey/", "DELETE /api/account/v1/apikey/(id)/"),
            ("DELETE", "/api/account/v1/organization/", "DELETE /api/account/v1/organization/(name)/"),
            ("PUT", "/api/repo/v1/repository/", nil), ("DELETE", "/api/audit/v1/action/", nil),
            ("POST", "/api/repo/v1/registry/", nil),
        ] as [(String, String, String?)])
    func collections(_ method: String, _ path: String, _ form: String?) async throws {
        try await TestServer.run { server in
            let response = try await server.send(method, path, body: method == "PATCH" ? "{}" : nil)
            #expect(response.status == 405)
            #expect(response.error?.contains("; an item has its name in the path: ") == (form != nil))
            if let form { #expect(response.error?.hasSuffix(": \(form)") == true) }
        }
    }

    @Test(
        "Undocumented paths get 404",
        arguments: [
            "/api/repo/v1/", "/api/repo/v1/admin/", "/api/repo/v2/repository/", "/api/audit/v1/repository/", "/api/repo/v1/action/",
            "/api/app/v1/stack/", "/api/repo/v1/repositories/", "/api/repo/v1/admin/admin/repository/", "/api/audit/v1/action/x/",
            "/api/audit/v1/action/+1234567-89ab-4def-8123-456789abcdef/", "/API/repo/v1/repository/", "/api/repo/v1/Repository/",
            "/v1/repository/", "/api/account/v1/", "/api/account/v2/user/", "/api/account/v1/users/", "/api/repo/v1/user/",
            "/api/account/v1/admin/user/", "/api/account/v1/admin/organization/", "/api/account/v1/admin/apikey/",
            "/api/account/v1/organization/acme/robot/", "/api/account/v1/organization/acme/members/",
            "/api/account/v1/organization/acme/member/bob/x/", "/api/account/v1/acme/member/", "/api/account/v1/apikey/a-b/",
            "/api/account/v1/apikey/a/b/",
        ])
    func unknown(_ path: String) async throws {
        try await TestServer.run { server in
            for method in ["GET", "HEAD", "POST", "DELETE", "OPTIONS"] {
                let response = try await server.send(method, path)
                #expect(response.status == 404)
                // A response to HEAD has no body.
                #expect(response.error == (method == "HEAD" ? nil : "There is nothing at this path"))
            }
        }
    }
}
