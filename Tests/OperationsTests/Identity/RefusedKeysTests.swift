import Domain
import FoundationEssentials
import Naming
import Operations
import Storage
import TestSupport
import Testing

@Suite("Recording refused keys")
struct RefusedKeysTests {
    private static func origin(_ address: String = "192.0.2.1") -> Action.Origin {
        Action.Origin(user: "", keyID: nil, address: address, method: "GET", path: "/v2/", userAgent: "test/1")
    }

    @Test("A refused key is recorded in the trail of its account, with date and origin; unknown keys are not recorded")
    func recorded() async throws {
        let backend = try await TestBackend()
        let bob = try await backend.makeAccount("bob")
        backend.backend.noteRefusal(of: bob.keyID, from: Self.origin())
        let tried = backend.clock.clock.now()
        backend.clock.advance(by: 20)
        backend.backend.noteRefusal(of: try await TestBackend().key.keyID, from: Self.origin())
        #expect(try await backend.trail(of: "bob").isEmpty)
        try await backend.backend.writeRefusedKeys()
        let actions = try await backend.trail(of: "bob")
        let action = try #require(actions.first)
        #expect(actions.count == 1 && action.kind == .apiKeyUse && action.object == .apiKey(bob.keyID))
        #expect(action.state == .failed && action.status == 401)
        #expect(action.started == tried && action.ended == tried)
        var origin = Self.origin()
        (origin.user, origin.keyID) = ("bob", bob.keyID)
        #expect(action.origin == origin)
        #expect(try RawDatabase(backend).count("actions") == 1)
        try await backend.backend.writeRefusedKeys()
        #expect(try RawDatabase(backend).count("actions") == 1, "each once")
    }

    @Test("A refused key of a robot is recorded in the trail of its organization")
    func robot() async throws {
        let backend = try await TestBackend()
        try await backend.createOrganization()
        try await backend.createRobot()
        let key = try await backend.createKey(for: "acme+ci").value.secret
        backend.backend.noteRefusal(of: key.keyID, from: Self.origin())
        try await backend.backend.writeRefusedKeys()
        #expect(try await backend.trail().first?.kind == .apiKeyUse)
    }

    @Test("The number of refusals between two writes is bounded")
    func bounded() async throws {
        let backend = try await TestBackend()
        for _ in 0..<1_500 { backend.backend.noteRefusal(of: backend.key.keyID, from: Self.origin()) }
        try await backend.backend.writeRefusedKeys()
        #expect(try RawDatabase(backend).count("actions") == 1_000)
    }
}
