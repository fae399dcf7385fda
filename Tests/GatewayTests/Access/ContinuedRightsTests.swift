import Domain
import NIOCore
import Naming
import Operations
import Storage
import TestSupport
import Testing

/// A pull or push in progress ends when the caller loses the right to it.
@Suite("Rights during a pull or a push") struct ContinuedRightsTests {
    enum Loss: CaseIterable, Sendable {
        case keyRevoked, userDisabled, memberRemoved, repositoryRemoved, credentialReplaced

        func happen(to key: APIKeySecret, in fixture: Fixture) async throws {
            let (backend, caller) = (fixture.backend.backend, try await fixture.backend.caller())
            let (carol, acme) = (try NamespaceName(parsing: "carol"), try NamespaceName(parsing: "acme"))
            switch self {
            case .keyRevoked: _ = try await backend.revokeAPIKey(key.keyID, by: caller)
            case .userDisabled: _ = try await backend.updateUser(carol, isDisabled: true, by: caller)
            case .memberRemoved: _ = try await backend.removeMember(carol, of: acme, by: caller)
            case .repositoryRemoved: _ = try await backend.removeRepository(fixture.repositoryName(), in: acme, by: caller)
            case .credentialReplaced:
                let input = CredentialInput(username: Secret("other"), password: Secret("secret"))
                _ = try await backend.updateRepository(
                    fixture.repositoryName(), with: input, newName: nil, in: acme, verify: .no, by: caller)
            }
        }
    }

    /// Runs a fixture with the image in an organization, of which carol is a member.
    private func run(_ body: (Fixture, APIKeySecret) async throws -> Void) async throws {
        try await Fixture.run { fixture in
            try await fixture.backend.makeOrganization()
            let key = try await fixture.backend.makeMember("carol", .write)
            try await fixture.register(Fixture.image, Canary.username, Canary.password, in: "acme")
            try await body(fixture, key)
        }
    }

    private static let blob = "/v2/team/image/blobs/\(Sample.blobDigest)"

    @Test("A pull in progress ends with the right to it, and the connection is closed", arguments: Loss.allCases) func pull(
        _ loss: Loss
    ) async throws {
        try await run { fixture, key in
            // The registry sends one blob continuously, and the others stall.
            fixture.registry.set(loss == .keyRevoked ? .endless(status: 200) : .hangInBody(status: 200), for: "GET", Self.blob)
            let connection = try await RawConnection.open(port: fixture.server.port)
            let target = "/v2/acme/\(fixture.name())/blobs/\(Sample.blobDigest)"
            try await connection.send(fixture.server.request("GET", target, as: .bearer(key)).bytes)
            #expect(try await connection.receive(toHead: true).status == 200)
            try await Task.sleep(for: .milliseconds(700))
            #expect(!fixture.server.log.text.contains("ended a request in progress"))
            try await loss.happen(to: key, in: fixture)
            #expect(await connection.isClosed(within: .seconds(5)), "\(loss)")
            await connection.close()
            #expect(fixture.server.log.text.contains("ended a request in progress"))
            guard loss != .repositoryRemoved else { return }
            let namespace = try NamespaceName(parsing: "acme")
            try await fixture.backend.backend.writeOutcomes()
            let actions = try await fixture.backend.backend.listActions(
                in: namespace, where: ActionFilter(kind: .repositoryPull), page: .first, by: fixture.backend.caller()
            ).items
            let statuses: [Loss: Int] = [.keyRevoked: 401, .userDisabled: 401, .memberRemoved: 404, .credentialReplaced: 409]
            #expect(actions.map(\.status) == [statuses[loss]] && actions.first?.state == .failed, "\(actions)")
            #expect(actions.first?.reason.map { !$0.isEmpty && $0 != "the response ended early" } == true)
        }
    }

    @Test("A slow upload of a manifest ends with the right to it, and nothing is sent to the registry", arguments: Loss.allCases)
    func slowManifest(_ loss: Loss) async throws {
        try await run { fixture, key in
            let connection = try await RawConnection.open(port: fixture.server.port)
            let target = "/v2/acme/\(fixture.name())/manifests/v2"
            let fields = [(name: "Content-Length", value: "100000")]
            try await connection.send(fixture.server.request("PUT", target, as: .bearer(key), fields, body: Sample.manifest).bytes)
            try await Task.sleep(for: .milliseconds(700))
            try await loss.happen(to: key, in: fixture)
            let response = try await connection.receive()
            #expect([401, 403, 404, 409].contains(response.status) && response["Connection"] == "close", "\(loss): \(response.status)")
            #expect(await connection.isClosed(within: .seconds(5)))
            #expect(!fixture.registry.beginnings.contains { $0.hasPrefix("PUT ") })
            await connection.close()
            #expect(try await fixture.server.send("GET", "/v2/").status == 200)
        }
    }

    @Test(
        "An upload in progress ends with the right to it, the connection is closed, and the registry receives nothing more",
        arguments: Loss.allCases)
    func push(_ loss: Loss) async throws {
        try await run { fixture, key in
            let begun = try await fixture.server.send("POST", "/v2/acme/\(fixture.name())/blobs/uploads/", as: .bearer(key))
            let location = try #require(begun["Location"])
            let connection = try await RawConnection.open(port: fixture.server.port)
            let piece = [UInt8](repeating: 0x61, count: 1000)
            let fields = [(name: "Content-Length", value: "100000000")]
            try await connection.send(fixture.server.request("PATCH", location, as: .bearer(key), fields, body: piece).bytes)
            try await fixture.wait { fixture.registry.beginnings.contains { $0.hasPrefix("PATCH ") } }
            // The registry waits for the rest, and the rights are unchanged.
            try await Task.sleep(for: .milliseconds(700))
            try await loss.happen(to: key, in: fixture)
            let response = try await connection.receive()
            #expect([401, 403, 404, 409].contains(response.status) && response["Connection"] == "close", "\(loss): \(response.status)")
            try await fixture.wait(.seconds(10)) { fixture.registry.waitingCount == 0 }
            await connection.close()
        }
    }

    @Test("A pull continues while its rights are unchanged, even if other rights change") func unchanged() async throws {
        try await run { fixture, key in
            let body = Array("late".utf8)
            fixture.registry.set(.late(milliseconds: 1500, .answer(status: 200, body: body)), for: "GET", Self.blob)
            let target = "/v2/acme/\(fixture.name())/blobs/\(Sample.blobDigest)"
            async let response = fixture.server.send("GET", target, as: .bearer(key))
            try await Task.sleep(for: .milliseconds(300))
            let other = try await fixture.backend.makeMember("dave", .read)
            _ = try await fixture.backend.backend.revokeAPIKey(other.keyID, by: fixture.backend.caller())
            #expect(try await response.status == 200)
            #expect(try await response.body == body)
        }
    }
}
