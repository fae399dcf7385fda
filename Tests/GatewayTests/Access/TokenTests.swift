import Domain
import FoundationEssentials
import Naming
import Operations
import Sealing
import Storage
import TestSupport
import Testing

@Suite("Gateway tokens")
struct TokenTests {
    private func status(_ fixture: Fixture, _ token: String, _ method: String = "GET", of path: String = Fixture.image) async throws -> Int
    {
        let resource = method == "GET" ? "manifests/v1" : "blobs/uploads/"
        return try await fixture.send(method, resource, of: path, as: .field("Bearer \(token)")).status
    }

    @Test("A token for one repository is refused for another, and a token for pulls is refused for pushes")
    func scope() async throws {
        try await Fixture.run { fixture in
            try await fixture.register("team/other", nil, nil)
            let token = try await fixture.token()
            for (method, path) in [("GET", "team/other"), ("POST", Fixture.image), ("POST", "team/other")] {
                let resource = method == "GET" ? "manifests/v1" : "blobs/uploads/"
                let response = try await fixture.send(method, resource, of: path, as: .field("Bearer \(token)"))
                #expect(response.status == 401 && response.challenge["error"] == "insufficient_scope", "\(method) \(path)")
                #expect(response.challenge["scope"] == "repository:\(fixture.name(path)):\(method == "GET" ? "pull" : "pull,push")")
            }
            #expect(fixture.registry.requests.isEmpty)
            #expect(try await status(fixture, token) == 200)
        }
    }

    @Test("A token expires after five minutes")
    func expiry() async throws {
        try await Fixture.run { fixture in
            let token = try await fixture.token()
            fixture.backend.clock.advance(by: 299)
            #expect(try await status(fixture, token) == 200)
            fixture.backend.clock.advance(by: 1)
            let response = try await fixture.send("GET", "manifests/v1", as: .field("Bearer \(token)"))
            #expect(response.status == 401 && response.challenge["error"] == "invalid_token")
        }
    }

    @Test("A token is refused after its API key is revoked")
    func revocation() async throws {
        try await Fixture.run { fixture in
            let key = try await fixture.backend.makeAdministratorKey()
            let token = try await fixture.token(as: .bearer(key))
            #expect(try await status(fixture, token) == 200)
            let now = fixture.backend.clock.clock.now()
            try await fixture.backend.decoratedStore.write { try $0.revoke(key.keyID, at: now) }
            #expect(try await status(fixture, token) == 401)
            #expect(try await status(fixture, key.revealed()) == 401)
            try await fixture.backend.backend.writeRefusedKeys()
            let (namespace, page) = (try NamespaceName(parsing: "admin"), try #require(Page()))
            let actions = try await fixture.backend.decoratedStore.read {
                try $0.actions(in: namespace, where: ActionFilter(state: .failed), page: page).items
            }
            #expect(actions.map(\.object) == [.apiKey(key.keyID), .apiKey(key.keyID)], "with its token, and by itself")
        }
    }

    @Test("A token grants no more than the present rights of its account")
    func demotion() async throws {
        try await Fixture.run { fixture in
            let keys = try await fixture.makeOrganization("acme", ["alice": .write])
            try await fixture.backend.decoratedStore.write { writer in
                guard let admin = try writer.apiKey(fixture.backend.key.keyID)?.account else { throw Fixture.StoreMiss() }
                let organization = Organization(name: try .init(parsing: "acme"), created: admin.created)
                try writer.put(Membership(organization: organization, account: admin, permission: .admin, created: admin.created))
            }
            try await fixture.register(Fixture.image, nil, nil, in: "acme")
            let key = try #require(keys["alice"])
            let token = try await fixture.token(as: .bearer(key), "pull,push", in: "acme")
            let path = "/v2/acme/\(fixture.name())/blobs/uploads/"
            #expect(try await fixture.server.send("POST", path, as: .field("Bearer \(token)")).status != 401)
            let organization = Organization(name: try .init(parsing: "acme"), created: fixture.backend.clock.clock.now())
            try await fixture.put("alice", .read, in: organization)
            let count = fixture.registry.requests.count
            let response = try await fixture.server.send("POST", path, as: .field("Bearer \(token)"))
            #expect(response.status == 403 && response.code == "DENIED")
            #expect(fixture.registry.requests.count == count)
        }
    }

    @Test("A modified, truncated or differently signed token is refused")
    func forged() async throws {
        try await Fixture.run { fixture in
            let token = try await fixture.token()
            let parts = token.split(separator: ".").map(String.init)
            try #require(parts.count == 3)
            let none = Data(#"{"alg":"none","typ":"JWT"}"#.utf8).base64EncodedString().replacing("=", with: "")
            let forged = [
                "\(none).\(parts[1]).", "\(none).\(parts[1]).\(parts[2])", "\(none).\(parts[1])", "\(parts[0]).\(parts[1])",
                "\(parts[0]).\(parts[1]).", "\(parts[0])..\(parts[2])", String(token.dropLast()), token + "A", "..", ".",
                "\(parts[0]).\(parts[1].dropLast())A.\(parts[2])", fixture.backend.deployment.tokenSigner.sign(Array("{}".utf8)),
                try fixture.backend.deployment.locationSealer.seal(Array(#"{"iss":"lighterman"}"#.utf8), for: []),
            ]
            for text in forged {
                let response = try await fixture.send("GET", "manifests/v1", as: .field("Bearer \(text)"))
                #expect(response.status == 401 && response.challenge["error"] == "invalid_token", "\(text)")
            }
            #expect(fixture.registry.requests.isEmpty)
            #expect(try await status(fixture, token) == 200)
        }
    }

    @Test("A token of another server is refused")
    func foreign() async throws {
        try await Fixture.run { fixture in
            let token = try await Fixture.run { other in try await other.token() }
            #expect(try await status(fixture, token) == 401)
        }
    }
}
