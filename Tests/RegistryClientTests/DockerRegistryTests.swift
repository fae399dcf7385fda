import Domain
import HTTPTypes
import NIOCore
import Naming
import TestSupport
import Testing

@testable import RegistryClient

@Suite("Verification at the CNCF's registry", .serialized, .enabled(if: DockerRegistry.isInstalled, "docker-registry is not installed"))
struct DockerRegistryTests {
    /// An ordinary name, because `htpasswd` allows no colon and `skopeo` takes it as an argument.
    static let user = "alice"
    static let password = #"pass+word/%41"é"#
    static let credential = Credential(username: Secret(user), password: Secret(password))

    @Test("A valid password is accepted", arguments: [nil, false])
    func accepted(_ isSSL: Bool?) async throws {
        try await DockerRegistry.run(users: [Self.user: Self.password]) { registry in
            try await registry.push("team/image", as: Self.user)
            #expect(registry.hasTag("latest", in: "team/image"))
            let outcome = try await TestVerification(credential: Self.credential, isSSL: isSSL).run(registry.authority)
            #expect(outcome == VerificationOutcome(verdict: .accepted(note: nil), granted: Grants(pull: .yes), isSSL: false))
        }
    }

    @Test("A push check leaves no unfinished upload")
    func push() async throws {
        try await DockerRegistry.run(users: [Self.user: Self.password]) { registry in
            try await registry.push("team/image", as: Self.user)
            let outcome = try await TestVerification(credential: Self.credential, depth: .push).run(registry.authority)
            #expect(
                outcome == VerificationOutcome(verdict: .accepted(note: nil), granted: Grants(pull: .yes, push: .yes), isSSL: false))
            #expect(registry.unfinishedUploads(in: "team/image").isEmpty)
        }
    }

    @Test("A repository that does not exist yet is absent and can be pushed")
    func absent() async throws {
        try await DockerRegistry.run(users: [Self.user: Self.password]) { registry in
            let verification = TestVerification(repository: "team/new", credential: Self.credential, depth: .push)
            let outcome = try await verification.run(registry.authority)
            #expect(outcome == VerificationOutcome(verdict: .absent, granted: Grants(push: .yes), isSSL: false))
            // The registry has stored data of the upload, which shows that the search looks in the right folder.
            #expect(registry.hasTraces(of: "team/new"))
            #expect(registry.unfinishedUploads(in: "team/new").isEmpty)
        }
    }

    @Test("The search for unfinished uploads finds an upload that is not cancelled")
    func uncancelled() async throws {
        try await DockerRegistry.run(users: [Self.user: Self.password]) { registry in
            let transport = AsyncHTTPClientTransport()
            let endpoint = RegistryEndpoint(
                authority: try RegistryAuthority(parsing: registry.authority), isTLS: false, trust: RegistryTrust(isApproved: true))
            var request = TransportRequest(.post, uploadsPath, at: endpoint, limit: .seconds(15))
            request.authorization = Self.credential.basic
            let response = try await transport.send(request, to: endpoint, for: .background)
            await response.discardBody()
            try await transport.shutdown()
            #expect(response.status == 202)
            #expect(registry.unfinishedUploads(in: "team/image").count == 1)
        }
    }

    @Test("After a change, the old password is refused with the registry's reason, and the new one is accepted")
    func changed() async throws {
        try await DockerRegistry.run(users: [Self.user: Self.password]) { registry in
            try await registry.push("team/image", as: Self.user)
            try await registry.setPassword("another", of: Self.user)
            let refused = try await TestVerification(credential: Self.credential).run(registry.authority)
            #expect(
                refused.verdict == .refused(reason: "\(registry.authority) rejected this user name and password (401 Unauthorized)"))
            #expect(refused.granted == Grants())
            let credential = Credential(username: Secret(Self.user), password: Secret("another"))
            let outcome = try await TestVerification(credential: credential).run(registry.authority)
            #expect(outcome.kind == "accepted")
        }
    }

    @Test("A verification without a credential is refused")
    func anonymous() async throws {
        try await DockerRegistry.run(users: [Self.user: Self.password]) { registry in
            try await registry.push("team/image", as: Self.user)
            let outcome = try await TestVerification(credential: nil, depth: .push).run(registry.authority)
            #expect(outcome.verdict == .refused(reason: "\(registry.authority) requires a user name and a password (401 Unauthorized)"))
        }
    }

    @Test("A stopped registry is inconclusive")
    func stopped() async throws {
        try await DockerRegistry.run(users: [Self.user: Self.password]) { registry in
            await registry.stop()
            let outcome = try await TestVerification(credential: Self.credential).run(registry.authority)
            #expect(outcome.verdict == .inconclusive(reason: "The request to \(registry.authority) failed: the connection was refused"))
        }
    }
}
