import Domain
import Naming
import Operations
import RegistryClient
import Storage
import TestSupport
import Testing
import Wire

@Suite("Audit trail of credential use")
struct CredentialUseTests {
    private let path = "/api/repo/v1/admin/repository/registry.example/a/"
    private let registration = #"{"name": "registry.example/a", "username": "u", "password": "p"}"#

    @Test("If a use of a credential cannot be recorded, the registry is not contacted")
    func unrecorded() async throws {
        let (backend, store) = try await TroubledStore.backend()
        try await TestServer.run(on: backend) { server in
            try await server.call("POST", TestServer.repositories, registration)
            let asked = backend.verifier.requests.count
            store.fail(writing: true)
            for (method, target, body) in [
                ("POST", "/api/repo/v1/verification/", #"{"name": "registry.example/a"}"#),
                ("POST", "/api/repo/v1/verification/", #"{"name": "registry.example/a", "push": true}"#),
                ("PATCH", path, #"{"password": "new"}"#), ("PATCH", path, #"{"username": "new"}"#),
                ("PATCH", path, #"{"username": "new", "password": "new"}"#),
                ("POST", TestServer.repositories, #"{"name": "registry.example/b", "username": "new", "password": "new"}"#),
            ] {
                #expect(try await server.status(method, target, body) == 503, "\(method) \(body)")
            }
            #expect(backend.verifier.requests.count == asked)
            store.fail()
            #expect(try await server.status("POST", "/api/repo/v1/verification/", #"{"name": "registry.example/a"}"#) == 200)
            #expect(backend.verifier.requests.count == asked + 1)
        }
    }

    @Test("A use of a credential is recorded in progress first, and then with its outcome")
    func inProgress() async throws {
        try await TestServer.run { server in
            try await server.call("POST", TestServer.repositories, registration)
            for (body, state, status) in [(#"{"password": "new"}"#, "Success", 202), (#"{"password": "other"}"#, "Failed", 400)] {
                server.backend.verifier.answer { _ in
                    let underWay = try? await server.list(TestServer.actions + "?state=In%20progress")
                    let isThere = underWay?.map { $0["object"]?.text } == [path]
                    guard isThere, status == 202 else { return VerificationOutcome(verdict: .refused(reason: isThere ? "no" : "absent")) }
                    return StubVerifier.accepting
                }
                let response = try await server.send("PATCH", path, body: body)
                #expect(response.status == status, "\(response.text)")
                #expect(response.error?.contains("absent") != true)
                let newest = try await server.list(TestServer.actions + "?limit=1").first
                #expect(newest?["state"]?.text == state)
                #expect(newest?["object"]?.text == path)
                #expect(newest?["status"]?.number == (status == 202 ? nil : status))
                #expect(try await server.list(TestServer.actions + "?state=In%20progress").isEmpty)
            }
        }
    }
}
