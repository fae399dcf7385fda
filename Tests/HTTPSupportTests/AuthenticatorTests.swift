import Domain
import FoundationEssentials
import HTTPSupport
import HTTPTypes
import Naming
import Operations
import Storage
import TestSupport
import Testing

@Suite("Authentication")
struct AuthenticatorTests {
    private let backend: TestBackend
    private let log = CapturedLog()
    private let authenticator: Authenticator
    private let address = ClientAddress("192.0.2.1")

    init() async throws {
        backend = try await TestBackend()
        authenticator = Authenticator(backend: backend.backend, throttle: AttemptThrottle(limit: 3, clock: backend.clock.clock))
    }

    private func knock(_ value: String?) async throws -> Identity {
        var headers = HTTPFields()
        headers[.authorization] = value
        let origin = Action.Origin(
            user: "", keyID: nil, address: "\(address)", method: "GET", path: "/api/repo/v1/repository/", userAgent: "")
        return try await authenticator.identify(headers, in: AuthenticationAttempt(address: address, logger: log.logger()) { origin })
    }

    @Test("A valid key yields an identity")
    func valid() async throws {
        let identity = try await knock("Bearer \(backend.key.revealed())")
        #expect(identity.account.name.description == "admin")
        #expect(identity.keyID == backend.key.keyID)
        #expect(log.lines.isEmpty)
    }

    @Test("Requests without credentials are rejected and never counted")
    func nobody() async throws {
        for _ in 0..<10 { await #expect(throws: RequestError.unauthenticated) { try await knock(nil) } }
        await #expect(throws: RequestError.unauthenticated) { try await knock("Bearer x") }
        #expect(log.lines.count == 1)
    }

    @Test("Wrong credentials are counted; a valid key is accepted regardless")
    func throttled() async throws {
        for _ in 0..<3 { await #expect(throws: RequestError.unauthenticated) { try await knock("Bearer x") } }
        await #expect(throws: ResponseError.throttled(retryAfter: 180)) { try await knock("Bearer x") }
        _ = try await knock("Bearer \(backend.key.revealed())")
        await #expect(throws: ResponseError.throttled(retryAfter: 180)) { try await knock("Bearer x") }
        backend.clock.advance(by: 180)
        await #expect(throws: RequestError.unauthenticated) { try await knock("Bearer x") }
    }

    @Test("A rejected key is recorded in the audit trail, even if its address is throttled")
    func noted() async throws {
        let (namespace, page) = (try NamespaceName(parsing: "admin"), try #require(Page()))
        _ = try await knock("Bearer \(backend.key.revealed())")
        let key = try await backend.makeKey(of: "admin")
        let now = backend.clock.clock.now()
        try await backend.decoratedStore.write { try $0.revoke(key.keyID, at: now) }
        for _ in 0..<5 { await #expect(throws: (any Error).self) { try await knock("Bearer \(key.revealed())") } }
        await #expect(throws: (any Error).self) { try await knock("Bearer x") }
        try await backend.backend.writeRefusedKeys()
        let actions = try await backend.decoratedStore.read { try $0.actions(in: namespace, where: ActionFilter(), page: page).items }
        #expect(actions.map(\.status).reversed() == [401, 401, 401, 429, 429] && actions.allSatisfy { $0.kind == .apiKeyUse })
        #expect(actions.allSatisfy { $0.origin.address == "192.0.2.1" && $0.origin.keyID == key.keyID })
    }

    @Test("The log reports a wrong credential without its value")
    func silence() async throws {
        let other = try await TestBackend().key.revealed()
        let password = "hunter2-canary"
        for value in ["Bearer \(other)", "Basic " + Data("admin:\(password)".utf8).base64EncodedString()] {
            await #expect(throws: RequestError.unauthenticated) { try await knock(value) }
            #expect(!log.text.contains(value.suffix(20)))
        }
        #expect(log.lines.count == 2)
        #expect(log.lines.allSatisfy { $0.contains("client=192.0.2.1") })
        #expect(log.lines.first?.contains("wrong API key") == true)
        #expect(log.lines.last?.contains("malformed API key") == true)
        #expect(!log.text.contains(password))
        #expect(!log.text.contains(other.suffix(30)))
    }
}
