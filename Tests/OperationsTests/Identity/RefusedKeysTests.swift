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

    @Test(
        "The refusals of a key from a host are recorded up to the limit of failed attempts, and the others are counted", arguments: [1, 3])
    func bounded(_ writes: Int) async throws {
        let backend = try await TestBackend()
        for _ in 0..<writes {
            for _ in 0..<500 { backend.backend.noteRefusal(of: backend.key.keyID, from: Self.origin(), status: 429) }
            try await backend.backend.writeRefusedKeys()
        }
        let actions = try await backend.trail(of: "admin")
        #expect(actions.count == 31 && actions.map(\.attempts).reduce(0, +) == writes * 500)
        #expect(actions.allSatisfy { $0.kind == .apiKeyUse && $0.status == 429 })
        backend.backend.noteRefusal(of: backend.key.keyID, from: Self.origin("192.0.2.2"))
        try await backend.backend.writeRefusedKeys()
        #expect(try await backend.trail(of: "admin").count == 32, "another host has its own limit")
    }
}
