import Domain
import Naming
import TestSupport
import Testing

@testable import RegistryClient

@Suite("Verification with challenges of the repository", .serialized)
struct RepositoryChallengeTests {
    private static let realmReplies: [RegistryReply] = [
        .html(404), .json(401, #"{"details":"wrong"}"#), .error(403, "DENIED", "no"), .html(500),
    ]

    @Test("A repository with Basic is verified, regardless of the realm at /v2/", arguments: realmReplies.indices)
    func basic(_ index: Int) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            registry.set(.challenge(#"Bearer realm="http://\#(registry.authority)/token""#), for: "GET", "/v2/")
            for method in ["GET", "POST"] { registry.set(Self.realmReplies[index], for: method, "/token") }
            let outcome = try await TestVerification(depth: .push).run(registry)
            #expect(outcome == VerificationOutcome(verdict: .accepted(note: nil), granted: Grants(pull: .yes, push: .yes), isSSL: false))
            #expect(!registry.requests.contains { $0.path == "/token" })
        }
    }

    @Test(
        "A wrong Basic password is refused and sent only for the list and the manifest, regardless of /v2/",
        arguments: realmReplies.indices)
    func wrong(_ index: Int) async throws {
        let behavior = RegistryBehavior(users: [Canary.username: "another"], repositories: ["team/image"])
        try await FaultyRegistry.run(behavior) { registry in
            registry.set(.challenge(#"Bearer realm="http://\#(registry.authority)/token""#), for: "GET", "/v2/")
            registry.set(Self.realmReplies[index], for: "GET", "/token")
            let outcome = try await TestVerification(depth: .push).run(registry)
            #expect(outcome.kind == "refused" && registry.authorizations == [Canary.authorization, Canary.authorization], "\(outcome)")
        }
    }

    @Test(
        "The realm's failure decides about the credential of a repository without authentication",
        arguments: zip(realmReplies.indices, ["inconclusive", "refused", "denied", "inconclusive"]))
    func open(_ index: Int, _ kind: String) async throws {
        try await FaultyRegistry.run(.open) { (registry: FaultyRegistry) async throws in
            registry.set(.challenge(#"Bearer realm="http://\#(registry.authority)/token""#), for: "GET", "/v2/")
            for method in ["GET", "POST"] { registry.set(Self.realmReplies[index], for: method, "/token") }
            #expect(try await TestVerification().run(registry).kind == kind)
            #expect(try await TestVerification(credential: nil).run(registry).kind == "accepted")
        }
    }

    @Test("A relative realm is used, and pinned as an absolute URL", arguments: ["/token", "//AUTHORITY/token", "/./a/../token"])
    func relative(_ realm: String) async throws {
        try await FaultyRegistry.run(.open) { registry in
            let challenge = #"Bearer realm="\#(realm.replacing("AUTHORITY", with: registry.authority))""#
            registry.intercept { request in
                if request.path == "/token" { return .json(200, #"{"token":"abc"}"#) }
                return request.authorization == "Bearer abc" ? nil : .challenge(challenge)
            }
            let outcome = try await TestVerification(depth: .push).run(registry)
            #expect(outcome.verdict == .accepted(note: nil) && outcome.granted.push == .yes, "\(outcome)")
            #expect(outcome.realm == "http://\(registry.authority)/token")
        }
    }

    @Test(
        "A refusal by the host of a redirect is inconclusive about the credential", arguments: [401, 403],
        ["tags/list", "manifests/latest"])
    func redirected(_ status: Int, _ resource: String) async throws {
        try await FaultyRegistry.run { store in
            for method in ["GET", "HEAD"] { store.set(.html(status), for: method, "/content") }
            try await FaultyRegistry.run(.basic) { registry in
                if resource != "tags/list" { registry.set(.error(403, "DENIED", "no lists"), for: "GET", tagsPath) }
                for method in ["GET", "HEAD"] {
                    registry.set(.redirect(to: "http://\(store.authority)/content"), for: method, "/v2/team/image/\(resource)")
                }
                let outcome = try await TestVerification(allowed: [store.authority]).run(registry)
                let host = "\(store.authority), to which \(registry.authority) redirects,"
                let reason: ErrorText = "\(host) responded with an error (\(ResponseStatus(status)))"
                #expect(outcome.verdict == .inconclusive(reason: reason), "\(outcome)")
                #expect(outcome.granted == Grants() && store.authorizations.isEmpty)
            }
        }
    }

    @Test("A host name that contains the credential is hidden")
    func hidden() throws {
        let credential = Credential(username: Secret("somebody"), password: Secret("s3cret-word"))
        for host in ["s3cret-word.example", "a.s3cret-word.example:8443"] {
            #expect(try RegistryURL(resolving: "https://\(host)/").authority.name(hiding: SecretsInUse(credential)) == "another host")
        }
        #expect(
            try RegistryURL(resolving: "https://store.example:8443/").authority.name(hiding: SecretsInUse(credential))
                == "store.example:8443")
    }
}
