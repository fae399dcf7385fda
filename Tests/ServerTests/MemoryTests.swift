import Foundation
import NIOCore
import TestSupport
import Testing

@Suite("Memory with hostile registries", .serialized)
struct MemoryTests {
    /// The maximum growth while several registrations query such a registry. A body that is buffered exceeds it within a second.
    private static let room = 64 << 20
    private static let path = "/api/repo/v1/repository/"
    private static let behavior = RegistryBehavior(repositories: Set(Endless.repositories))

    @Test("An endless response is aborted and not buffered", .timeLimit(.minutes(2)), arguments: Endless.all)
    func endless(_ row: Endless) async throws {
        try await FaultyRegistry.run(Self.behavior, speaking: row.speech) { registry in
            if let reply = row.reply { for path in row.paths { registry.set(reply, for: "GET", path) } }
            try await expectBounded(registry, row.state, row.reason)
            #expect(registry.sentBodyBytes > 0, "the registry never responded")
        }
    }

    @Test("A decompression bomb is not inflated", .timeLimit(.minutes(2)), .enabled(if: Gzip.isPossible, "gzip is not installed"))
    func bomb() async throws {
        let bomb = try await Gzip.bomb(inflatingTo: 256 << 20)
        try await FaultyRegistry.run(Self.behavior) { registry in
            for path in Endless.ping + Endless.lists { registry.set(.gzip(500, bomb), for: "GET", path) }
            try await expectBounded(registry, "Unreachable", "responded with an error (500 Internal Server Error)")
        }
    }

    /// Registers repositories on the registry, sends other requests meanwhile, and expects all of them to get responses.
    private func expectBounded(_ registry: FaultyRegistry, _ state: String, _ reason: String) async throws {
        try await LightermanProcess.with(in: try TemporaryDirectory()) { server in
            let client = try APIClient(server)
            try await #expect(client.call("GET", Self.path).status == 200)
            let bound = try server.residentBytes() + Self.room
            let guardian = Task { try await Self.end(server, beyond: bound) }
            defer { guardian.cancel() }
            try await withThrowingTaskGroup { group in
                for repository in Endless.repositories {
                    let body = #"{"name": "\#(registry.authority)/\#(repository)"}"#
                    group.addTask { try await client.call("POST", Self.path, body, timeout: .seconds(60)) }
                }
                for _ in 0..<5 { try await #expect(client.call("GET", Self.path).status == 200) }
                for try await answer in group {
                    #expect(answer.status == 201, "\(answer.text)")
                    #expect(answer.body.contains(#""state":"\#(state)""#) && answer.body.contains(reason), "\(answer.body)")
                }
            }
            let peak = try server.peakResidentBytes()
            #expect(peak < bound, "\(peak >> 20) MB, \(bound >> 20) MB at most")
        }
    }

    /// Kills a server that has grown too large at once, before the machine runs out of memory.
    private static func end(_ server: LightermanProcess, beyond bound: Int) async throws {
        while try server.residentBytes() < bound { try await Task.sleep(for: .milliseconds(10)) }
        Issue.record("the server grew beyond \(bound >> 20) MB")
        try await server.killAtOnce()
    }
}

/// The part of a response that is endless, and the server's reason in the repositories.
struct Endless: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var reply: RegistryReply?
    /// The position of the endless part.
    var paths: [String] = []
    var speech = FaultyRegistry.Speech.http
    let state: String
    let reason: String

    static let repositories = (1...8).map { "team/image-\($0)" }
    static let ping = ["/v2/"]
    static let lists = repositories.map { "/v2/\($0)/tags/list" }

    private static let noHTTP = "the response is not HTTP"
    private static let tooLate = "did not respond in time"
    private static let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

    static let all = [
        Endless(testDescription: "a body", reply: .endless(status: 200), paths: ping, state: "Verified", reason: "null"),
        Endless(
            testDescription: "the body of a list", reply: .endless(status: 200), paths: lists, state: "Unreachable",
            reason: "did not respond with a list of tags (200 OK)"),
        // Only the response for the repository is a verdict.
        Endless(
            testDescription: "the body of a refusal at /v2/", reply: .endless(status: 500), paths: ping, state: "Verified", reason: "null"),
        Endless(
            testDescription: "the body of a refusal", reply: .endless(status: 500), paths: ping + lists, state: "Unreachable",
            reason: "responded with an error (500 Internal Server Error)"),
        head("header fields", "HTTP/1.1 200 OK\r\n", "X: a\r\n", noHTTP),
        head("a header field", "HTTP/1.1 200 OK\r\nX: ", "a", noHTTP),
        head("the name of a header field", "HTTP/1.1 200 OK\r\n", "a", noHTTP),
        head("the status line", "HTTP/1.1 200 ", "a", tooLate),
        head("informational responses", "", "HTTP/1.1 102 Processing\r\n\r\n", "there were more than 10 informational responses"),
        head("trailers", chunked + "0\r\n", "X: a\r\n", noHTTP), head("a chunk's extension", chunked + "1;", "a", tooLate),
    ]

    private static func head(_ what: String, _ start: String, _ piece: String, _ reason: String) -> Endless {
        Endless(testDescription: what, speech: .endless(start, then: piece), state: "Unreachable", reason: reason)
    }
}
