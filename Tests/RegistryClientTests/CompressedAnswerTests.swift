import Domain
import HTTPTypes
import NIOCore
import NIOHTTP1
import Naming
import TestSupport
import Testing

@testable import RegistryClient

@Suite("Unrequested compressed responses", .serialized, .enabled(if: Gzip.isPossible, "gzip is not installed"))
struct CompressedAnswerTests {
    @Test("A decompression bomb is not decompressed")
    func bomb() async throws {
        let bomb = try await Gzip.bomb(inflatingTo: 32 << 20)
        #expect(bomb.count < UpstreamResponse.errorBodyLimit)
        try await FaultyRegistry.run(.open) { registry in
            registry.set(.gzip(200, bomb), for: "GET", "/v2/")
            let endpoint = RegistryEndpoint(authority: try RegistryAuthority(parsing: registry.authority), isTLS: false, trust: .approved)
            try await AsyncHTTPClientTransport.run { transport in
                let request = TransportRequest(.get, "/v2/", at: endpoint, limit: .seconds(30))
                let response = try await transport.send(request, to: endpoint, for: .background)
                #expect(response.status == 200)
                let body = try await response.beginning(within: .seconds(30))
                let isUntouched = body == bomb
                #expect(isUntouched, "\(body.count) bytes, where \(bomb.count) came")
            }
        }
    }

    @Test("A compressed document is not parsed: the status decides", arguments: CompressedRow.all)
    func document(_ row: CompressedRow) async throws {
        let document = try await Gzip.compress(Array(row.document.utf8))
        try await FaultyRegistry.run(.basic) { registry in
            registry.hideManifest()
            registry.set(.gzip(row.status, document), for: "GET", tagsPath)
            let outcome = try await TestVerification().run(registry)
            #expect(outcome.kind == row.kind)
            #expect(outcome.text == (row.reason.isEmpty ? "" : "\(registry.authority) \(row.reason)"))
            #expect(registry.requests.count == row.requestCount)
            #expect(registry.requests.allSatisfy { $0.headers["Accept-Encoding"] == ["identity"] })
        }
    }

    @Test("A compressed error document does not identify a registry")
    func code() async throws {
        let document = try await Gzip.compress(Array(CompressedRow.error("NAME_UNKNOWN").utf8))
        try await FaultyRegistry.run(.open) { registry in
            registry.set(.html(404), for: "GET", "/v2/")
            registry.set(.gzip(404, document), for: "GET", tagsPath)
            let outcome = try await TestVerification().run(registry)
            let reason: ErrorText = "\(registry.authority) does not implement the registry API (404 Not Found)"
            let verdict = VerificationOutcome.Verdict.inconclusive(reason: reason)
            #expect(outcome == VerificationOutcome(verdict: verdict, isSSL: false, isAuthenticated: false, failure: RegistryFailure()))
        }
    }

    @Test("A compressed token is invalid")
    func token() async throws {
        let answer = try await Gzip.compress(Array(#"{"token":"compressed"}"#.utf8))
        try await withTokens { registry, tokens, verification in
            tokens.server.set(.gzip(200, answer), for: "GET", "/token")
            let outcome = try await verification.run(registry)
            let realm = "The token realm \(tokens.authority) of \(registry.authority)"
            #expect(outcome.verdict == .inconclusive(reason: "\(realm) responded without a token (200 OK)"))
            #expect(registry.lines == ["GET /v2/", "GET \(tagsPath)?n=1"])
            #expect((registry.requests + tokens.server.requests).allSatisfy { $0.headers["Accept-Encoding"] == ["identity"] })
        }
    }
}

struct CompressedRow: Sendable, CustomTestStringConvertible {
    let status: Int
    let document: String
    let kind: String
    let reason: String
    var requestCount = 2

    var testDescription: String { "\(status)" }

    static let all = [
        CompressedRow(status: 200, document: #"{"name":"team/image","tags":[]}"#, kind: "accepted", reason: ""),
        CompressedRow(status: 404, document: error("NAME_UNKNOWN"), kind: "absent", reason: "", requestCount: 4),
        // A manifest is requested as well, with HEAD and GET.
        CompressedRow(
            status: 403, document: error("DENIED"), kind: "denied",
            reason: "denied access to the repository with this user name and password (403 Forbidden)", requestCount: 4),
        CompressedRow(
            status: 500, document: error("UNKNOWN"), kind: "inconclusive", reason: "responded with an error (500 Internal Server Error)"),
    ]

    fileprivate static func error(_ code: String) -> String { #"{"errors":[{"code":"\#(code)","message":"a message"}]}"# }
}
