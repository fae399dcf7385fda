import Domain
import TestSupport
import Testing
import Wire

@Suite("SQL injection")
struct InjectionTests {
    private static let names = ["registry.example/a-b", "registry.example/a_b", "registry.example/axb"]

    /// Each text with its percent-encoding, and a text that it would match if it were interpreted as a pattern or as SQL.
    private static let texts = [
        "'", "''", "\"", "\\", "%", "_", "a_b", "a%b", "*", "a*b", "a?b", "[a-z]", "a[_x]b", ";", "--", "/*", "#", "' OR '1'='1",
        "' OR 1=1 --",
        "\") OR (\"\"=\"", "%' OR '%'='", "'; DROP TABLE repositories; --", "x' UNION SELECT id, hash FROM api_keys --", "a\\_b", "$1",
        ":name", "@name",
        "?1", "NULL", "é", "\u{1F433}", "\u{2019}", "\u{202E}", "1e309", "0x61", "registry.example/a_b", "registry.example/a%", "REGISTRY",
    ]

    private static func encoded(_ text: String) -> String {
        text.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test("Filters match special characters literally")
    func filters() async throws {
        try await TestServer.run { server in
            for name in Self.names { try await server.register(name, query: "?verify=false") }
            for text in Self.texts {
                let value = Self.encoded(text)
                #expect(try await server.names("?name__startswith=\(value)") == Self.names.filter { $0.hasPrefix(text) }, "\(text)")
                #expect(try await server.names("?name__contains=\(value)") == Self.names.filter { $0.contains(text) }, "\(text)")
                #expect(try await server.names("?name=\(value)") == Self.names.filter { $0 == text }, "\(text)")
            }
            #expect(try await server.names() == Self.names)
        }
    }

    @Test("Special characters in other parameters are rejected, or match nothing")
    func parameters() async throws {
        try await TestServer.run { server in
            for name in Self.names { try await server.register(name, query: "?verify=false") }
            let before = try await server.everything()
            for text in Self.texts {
                let value = Self.encoded(text)
                for parameter in ["registry", "in_use", "limit", "offset", value] {
                    let response = try await server.get("\(TestServer.repositories)?\(parameter)=\(value)")
                    #expect(try response.status == 400 || response.names.isEmpty, "\(parameter)=\(text)")
                }
                for parameter in ["name", "host"] {
                    let response = try await server.get("\(TestServer.registries)?\(parameter)=\(value)")
                    #expect(response.status == 200)
                    #expect(try response.json["objects"]?.elements.isEmpty == true, "\(parameter)=\(text)")
                }
                #expect(try await server.get("\(TestServer.registries)?is_docker_registry=\(value)").status == 400)
                #expect(try await server.get("\(TestServer.actions)?limit=\(value)").status == 400)
                #expect(try await server.send("POST", "\(TestServer.repositories)?verify=\(value)", body: "{}").status == 400)
            }
            #expect(try await server.everything() == before)
        }
    }

    @Test("Special characters in user names and passwords are stored unchanged")
    func credentials() async throws {
        try await TestServer.run { server async throws in
            for (index, text) in Self.texts.enumerated() where !text.contains(":") {
                let literal = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
                let body = #"{"name": "registry.example/\#(index)", "username": "\#(literal)", "password": "\#(literal)"}"#
                #expect(try await server.send("POST", TestServer.repositories, body: body).status == 201, "\(text)")
                let path = TestServer.repositories + "registry.example/\(index)/"
                #expect(try await server.send("PATCH", path, body: #"{"username": "n"}"#).status == 202)
                #expect(server.backend.verifier.requests.last?.credential?.password.revealed() == text)
            }
        }
    }
}
