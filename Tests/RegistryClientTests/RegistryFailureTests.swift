import Domain
import NIOHTTP1
import TestSupport
import Testing

@testable import RegistryClient

@Suite("Failures of registries", .serialized)
struct RegistryFailureTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let ping: RegistryReply?
        let tags: RegistryReply
        /// nil for no failure.
        let failure: RegistryFailure?
        let testDescription: String

        init(_ description: String, ping: RegistryReply? = nil, tags: RegistryReply, _ failure: RegistryFailure?) {
            (testDescription, self.ping, self.tags, self.failure) = (description, ping, tags, failure)
        }

        private static func reply(_ status: Int, retryAfter: String? = nil) -> RegistryReply {
            .json(status, "{}", headers: retryAfter.map { ["Retry-After": $0] } ?? [:])
        }

        static let all = [
            Row("503 to all", ping: reply(503), tags: reply(503), RegistryFailure(isGeneral: true)),
            Row(
                "503 with Retry-After", ping: reply(503, retryAfter: "7"), tags: reply(503),
                RegistryFailure(isGeneral: true, retryAfter: "7")),
            Row("429 to all", ping: reply(429, retryAfter: "9"), tags: reply(429), RegistryFailure(isGeneral: true, retryAfter: "9")),
            Row("503 for the repository", tags: reply(503, retryAfter: "7"), RegistryFailure(retryAfter: "7")),
            Row("429 for the repository", tags: reply(429), RegistryFailure()),
            Row("another web server", ping: .html(200), tags: .html(200), RegistryFailure()),
            Row("503 to the ping only", ping: reply(503), tags: reply(200), nil),
            Row("a registry without the ping's path", ping: .html(404), tags: reply(503), RegistryFailure()),
        ]
    }

    @Test("The outcome shows whether the registry failed for the repository or for its ping as well", arguments: Row.all)
    func failures(_ row: Row) async throws {
        try await FaultyRegistry.run(.open) { registry in
            if let ping = row.ping { registry.set(ping, for: "GET", "/v2/") }
            for path in [tagsPath, "/v2/team/image/manifests/latest"] {
                for method in ["GET", "HEAD"] { registry.set(row.tags, for: method, path) }
            }
            let outcome = try await TestVerification().run(registry)
            #expect(outcome.failure == row.failure && outcome.isReached, "\(outcome)")
        }
    }

    @Test(
        "A registry that fails its ping is not reachable, but one that does not serve it is",
        arguments: [500, 503, 429, 404, 403, 401, 200])
    func reachability(status: Int) async throws {
        try await FaultyRegistry.run(.open) { registry in
            registry.set(.html(status), for: "GET", "/v2/")
            let outcome = try await TestVerification(credential: nil, depth: .reachability).run(registry)
            #expect(outcome.kind == (status >= 429 ? "inconclusive" : "reachable"))
            #expect(outcome.failure == (status >= 429 ? RegistryFailure(isGeneral: true) : nil))
        }
    }

    @Test("A repository that is absent or hidden shows no failure of its registry")
    func hidden() async throws {
        try await FaultyRegistry.run(RegistryBehavior(repositories: [])) { registry in
            let outcome = try await TestVerification().run(registry)
            #expect(outcome.kind == "inconclusive" && outcome.failure == nil)
        }
    }
}
