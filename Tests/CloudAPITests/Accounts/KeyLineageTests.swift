import Domain
import Naming
import Operations
import TestSupport
import Testing
import Wire

@Suite("Lineage and renewal of API keys over the API")
struct KeyLineageTests {
    @Test("A key shows the key that created it, and a revocation lists the keys that stay valid")
    func lineage() async throws {
        try await TestServer.run { server in
            try await server.backend.makeOrganization()
            _ = try await server.call("POST", "/api/account/v1/acme/robot/", #"{"name": "ci", "permission": "read"}"#)
            let maker = try await server.makeKey(#"{"scopes": ["account:admin", "pull", "repository:read"], "expires_days": 1}"#)
            let own = try await server.makeKey(#"{"expires_days": 365}"#, as: .bearer(maker.key))
            let robot = try await server.makeKey(#"{"account": "acme+ci", "label": "build"}"#, as: .bearer(maker.key))
            let shown = try await server.send("GET", "/api/account/v1/apikey/\(own.id)/").json
            #expect(shown["made_with"]?.text == maker.id && shown["renews"] == .null)
            let ends = try await server.send("GET", "/api/account/v1/apikey/\(maker.id)/").json["expires_datetime"]
            #expect(ends?.text != nil && shown["expires_datetime"] == ends)

            let first = try await server.send("DELETE", "/api/account/v1/apikey/\(maker.id)/")
            #expect(first.status == 200)
            #expect(try first.json["revoked"]?.elements.compactMap(\.text) == [maker.id, own.id])
            let remaining = try first.json["remaining"]?.elements
            #expect(remaining?.compactMap { $0["id"]?.text } == [robot.id])
            #expect(remaining?.compactMap { $0["account"]?.text } == ["acme+ci"] && remaining?.first?["label"]?.text == "build")
            #expect(try await server.status("GET", TestServer.repositories, as: .bearer(own.key)) == 401)
            let second = try await server.send("DELETE", "/api/account/v1/apikey/\(maker.id)/?descendants=true")
            #expect(try second.status == 200 && second.json["revoked"]?.elements.compactMap(\.text) == [robot.id])
            #expect(try await server.status("DELETE", "/api/account/v1/apikey/\(maker.id)/") == 204)
        }
    }

    @Test("A key without any scope for it can renew itself, by its identifier or as self", arguments: ["self", nil])
    func renewal(_ name: String?) async throws {
        try await TestServer.run { server in
            let old = try await server.makeKey(#"{"scopes": ["pull"], "label": "host"}"#)
            let path = "/api/account/v1/apikey/\(name ?? old.id)/renewal/"
            let response = try await server.send("POST", path, as: .bearer(old.key), body: #"{"expires_days": 30, "grace_hours": 0}"#)
            #expect(response.status == 201 && response["Cache-Control"] != "public", "\(response.text)")
            let body = try response.json
            #expect(body["renews"]?.text == old.id && body["label"]?.text == "host")
            let new = try #require(body["key"]?.text.flatMap { APIKeySecret(parsing: $0) })
            #expect(response["Location"] == "/api/account/v1/apikey/\(new.keyID)/")
            #expect(try await server.status("GET", TestServer.repositories, as: .bearer(old.key)) == 401, "no grace")
            #expect(try await server.status("GET", TestServer.repositories, as: .bearer(new)) == 403, "the same scopes")
            #expect(try await server.status("POST", path, #"{"days": 1}"#, as: .bearer(new)) == 400)
        }
    }
}
