import Domain
import TestSupport
import Testing

@Suite("The warning about X-Forwarded fields of proxies that are not trusted") struct ForwardedFieldsWarningTests {
    private static let text = "warning ignored X-Forwarded fields of an address that is not a trusted proxy"

    @Test(
        "Any X-Forwarded field of an untrusted address is logged", arguments: ["X-Forwarded-For", "x-forwarded-proto", "X-Forwarded-Host"])
    func untrusted(field: String) async throws {
        let other = try #require(Network("192.0.2.0/24"))
        for proxies in [[], [other]] {
            try await TestServer.run(trustedProxies: proxies) { server in
                #expect(try await server.send("GET", "/healthz", as: .nobody, [(name: field, value: "192.0.2.1")]).status == 200)
                let line = try #require(Self.warnings(in: server).first)
                #expect(line.contains(" peer=127.0.0.1") && line.lowercased().contains(" field=\(field.lowercased())"), "\(line)")
            }
        }
    }

    @Test("Only the first request is logged, also if many arrive at the same time, and refused ones count") func once() async throws {
        let other = try #require(Network("192.0.2.0/24"))
        try await TestServer.run(trustedProxies: [other], servesProxiesOnly: true) { server in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for path in (1...10).flatMap({ _ in ["/healthz", "/v2/"] }) {
                    group.addTask {
                        try await server.send("GET", path, as: .nobody, [(name: "X-Forwarded-For", value: "203.0.113.9")]).status
                    }
                }
                var statuses: Set<Int> = []
                for try await status in group { statuses.insert(status) }
                #expect(statuses == [200, 403])
            }
            #expect(Self.warnings(in: server).count == 1)
        }
    }

    @Test("Nothing is logged for a trusted proxy, nor for requests without such fields") func trusted() async throws {
        let proxy = try #require(Network("127.0.0.0/8"))
        try await TestServer.run(trustedProxies: [proxy]) { server async throws in
            #expect(
                try await server.send("GET", "/healthz", as: .nobody, [(name: "X-Forwarded-For", value: "203.0.113.9")]).status == 200)
            #expect(server.log.text.contains("client=203.0.113.9"))
            #expect(Self.warnings(in: server) == [])
        }
        try await TestServer.run { server async throws in
            let fields = [(name: "Forwarded", value: "for=192.0.2.1"), (name: "X-Forwarded", value: "1"), (name: "X-Real-Ip", value: "1")]
            #expect(try await server.send("GET", "/healthz", as: .nobody, fields).status == 200)
            #expect(Self.warnings(in: server) == [])
        }
    }

    private static func warnings(in server: TestServer) -> [String] { server.log.lines.filter { $0.hasPrefix(text) } }
}
