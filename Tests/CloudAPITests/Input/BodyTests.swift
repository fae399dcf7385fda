import TestSupport
import Testing

/// A body that must be rejected at low cost.
struct HostileBody: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let status: Int

    var testDescription: String { name }

    init(_ name: String, _ bytes: [UInt8], _ status: Int) {
        self.name = name
        self.bytes = bytes
        self.status = status
    }

    init(_ text: String, _ status: Int) {
        self.init(String(text.prefix(40)), Array(text.utf8), status)
    }

    private static let nested = String(repeating: "[", count: 17) + String(repeating: "]", count: 17)
    private static let utf16: [UInt8] = Array(#"{"name": "a"}"#.utf8).flatMap { [$0, 0] }

    static let all = [
        HostileBody("64 KiB and a byte", Array(#"{"name": "a"}"#.utf8) + [UInt8](repeating: 0x20, count: 65_536 - 12), 413),
        HostileBody("a MiB", [UInt8](repeating: 0x61, count: 1 << 20), 413), HostileBody(nested, 400),
        HostileBody(#"{"name": \#(nested)}"#, 400),
        HostileBody("64 KiB of [", [UInt8](repeating: 0x5B, count: 65_536), 400),
        HostileBody("64 KiB of {\"a\":", Array(Array(repeating: #"{"a":"#, count: 13_000).joined().utf8), 400),
        HostileBody("64 KiB of quotes", Array(String(repeating: "\"", count: 65_536).utf8), 415),
        HostileBody("64 KiB of backslashes", Array(#"{""#.utf8) + [UInt8](repeating: 0x5C, count: 65_000), 415),
        HostileBody("a number of 60,000 digits", Array((#"{"name": "# + String(repeating: "9", count: 60_000) + "}").utf8), 400),
        HostileBody("10,000 members", Array(("{" + (0..<6000).map { #""m\#($0)":1"# }.joined(separator: ",") + "}").utf8), 400),
        HostileBody(#"{"name": "a", "name": "b"}"#, 400), HostileBody(#"{"name": "a", "n\u0061me": "a"}"#, 400),
        HostileBody(#"{"x": 1, "x": 1}"#, 400),
        HostileBody("UTF-16", utf16, 415), HostileBody("UTF-16 with a mark", [0xFF, 0xFE] + utf16, 415),
        HostileBody("UTF-8 with a mark", [0xEF, 0xBB, 0xBF] + Array(#"{"name": "a"}"#.utf8), 415),
        HostileBody("no UTF-8", Array(#"{"name": ""#.utf8) + [0xC0, 0xAF] + Array(#""}"#.utf8), 415),
        HostileBody("half a surrogate pair", Array(#"{"name": "\ud83d"}"#.utf8), 415), HostileBody("a NUL", [0], 415),
        HostileBody(#"{"name": "a"} {}"#, 415), HostileBody(#"{"name": "a"}x"#, 415), HostileBody(#"{"name": "a",}"#, 415),
        HostileBody("{'name': 'a'}", 415),
        HostileBody("name=a&username=u", 415), HostileBody("{", 415), HostileBody(#"{"name""#, 415), HostileBody("NaN", 415),
        HostileBody("01", 415),
        HostileBody("", 400), HostileBody("   ", 415), HostileBody("null", 400), HostileBody("[]", 400),
        HostileBody(#"[{"name": "a"}]"#, 400), HostileBody("1", 400),
        HostileBody(#""a""#, 400), HostileBody("true", 400), HostileBody(#"{"name": 1}"#, 400), HostileBody(#"{"name": {}}"#, 400),
        HostileBody(#"{"username": []}"#, 400), HostileBody(#"{"password": false}"#, 400), HostileBody(#"{"pasword": "p"}"#, 400),
        HostileBody(#"{"Name": "a"}"#, 400), HostileBody(#"{"__proto__": {}}"#, 400), HostileBody(#"{"": ""}"#, 400),
    ]
}

@Suite("Invalid bodies")
struct BodyTests {
    @Test(
        "Each invalid body is rejected quickly, whole or in pieces, without side effects", .serialized, arguments: HostileBody.all)
    func hostile(_ body: HostileBody) async throws {
        try await TestServer.run { server in
            try await server.register("registry.example/x")
            let before = try await server.everything()
            for (method, path) in [("POST", TestServer.repositories), ("PATCH", TestServer.repositories + "registry.example/x/")] {
                let whole = server.request(method, path, body: body.bytes)
                for request in [whole, whole.chunked(by: 1000)] {
                    let harmless = server.request(method, path + "?verify=x", body: Array("{}".utf8))
                    var (best, usual) = (Duration.seconds(60), Duration.seconds(60))
                    for _ in 0..<3 {
                        usual = min(usual, try await time { try await expect(400, for: harmless, from: server) })
                        best = min(best, try await time { try await expect(body.status, for: request, from: server) })
                    }
                    // The best of three must not take much longer than any request, because the machine may be busy.
                    #expect(best < max(.milliseconds(250), usual * 3))
                }
            }
            #expect(try await server.everything() == before)
        }
    }

    private func time(_ body: () async throws -> Void) async throws -> Duration {
        let started = ContinuousClock.now
        try await body()
        return ContinuousClock.now - started
    }

    private func expect(_ status: Int, for request: RawRequest, from server: TestServer) async throws {
        let response = try await server.send(request)
        #expect(response.status == status, "\(response.text)")
        #expect(response.error?.isEmpty == false)
    }

    @Test(
        "The error for an invalid body names the problem",
        arguments: [
            (#"{"pasword": "p"}"#, "Unknown member 'pasword'"), (#"{"x": 1, "x": 1}"#, "The member 'x' is in the body twice"),
            ("[]", "The body must be a JSON object, not an array"), ("{", "not valid JSON, from byte 1 on"),
            ("", "The request has no body"),
        ])
    func messages(_ body: String, _ part: String) async throws {
        try await TestServer.run { server async throws in
            #expect(try await server.send("POST", TestServer.repositories, body: body).error?.contains(part) == true)
        }
    }

    @Test("A body of 64 KiB is accepted, whole or in pieces; one more byte is rejected")
    func boundary() async throws {
        try await TestServer.run { server in
            for (index, padding) in [0, 1].enumerated() {
                for size in [65_536, 7000, 1] where size > 1 || padding == 0 {
                    let name = #"{"name": "registry.example/\#(index)x\#(size)"}"#
                    let bytes = Array(name.utf8) + [UInt8](repeating: 0x20, count: 65_536 - name.utf8.count + padding)
                    let whole = server.request("POST", TestServer.repositories, body: bytes)
                    let response = try await server.send(size == 65_536 ? whole : whole.chunked(by: size == 1 ? 100 : size))
                    #expect(response.status == (padding == 0 ? 201 : 413))
                    #expect(padding == 0 || response.error == "The request body is larger than 65536 bytes")
                }
            }
        }
    }

    @Test("A body that is announced as too large is rejected before it is sent, and the connection is closed")
    func announced() async throws {
        try await TestServer.run { server in
            let connection = try await RawConnection.open(port: server.port)
            var request = server.request("POST", TestServer.repositories, [(name: "Content-Length", value: "1000000000")])
            request.body = Array("{".utf8)
            let response = try await connection.send(request)
            #expect(response.status == 413)
            #expect(response["Connection"] == "close")
            #expect(await connection.isClosed(within: .seconds(10)))
            await connection.close()
        }
    }
}
