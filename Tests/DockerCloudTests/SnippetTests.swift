import DockerCloud
import FakeCloud
import Foundation
import Testing

@Suite("Swift snippets in documents")
struct SnippetTests {
    @Test(
        "A Swift snippet in a document is the code that the tests compile",
        arguments: [
            ("Sources/DockerCloud/README.md", "README, function"), ("Sources/DockerCloud/README.md", "README, client"),
            ("docs/clients.md", "clients, program"),
        ])
    func compiled(document: String, snippet: String) throws {
        let lines = try Self.lines(of: "Tests/DockerCloudTests/Snippets.swift")
        let start = try #require(lines.firstIndex { $0.trimmed == "// snippet: \(snippet)" }) + 1
        let code = lines[start...].prefix { $0.trimmed != "// end" }.unindented
        #expect(!code.isEmpty)
        #expect(try Self.blocks(of: document).contains(code))
    }

    @Test("Every Swift block of the library's README is compiled, except the lines for Package.swift")
    func all() throws {
        let blocks = try Self.blocks(of: "Sources/DockerCloud/README.md")
        #expect(blocks.filter { $0.first?.hasPrefix(".") != true }.count == 2)
        #expect(try Self.blocks(of: "docs/clients.md").count == 1)
    }

    @Test("The function of the README replaces the credential of a repository that is already registered")
    func function() async throws {
        try await FakeCloud.run { request in
            switch request.method {
            case "GET": .page([Body.repository()])
            case "POST": .failure(409, "The name is registered")
            default: .response(status: 202, body: Body.repository())
            }
        } _: { cloud in
            let repository = try await register("registry.example/a", username: "robot", password: "secret", through: cloud.client())
            #expect(repository.name == "registry.local/user1/image1")
            #expect(cloud.requests.map(\.method) == ["GET", "POST", "PATCH"])
        }
        #expect(throws: Never.self) { try Snippets.client(key: "lm_key") }
    }

    private static func lines(of path: String) throws -> [String] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: path), encoding: .utf8).components(separatedBy: "\n")
    }

    /// The Swift code of a document without imports, a block for each fence.
    private static func blocks(of path: String) throws -> [[String]] {
        try lines(of: path).split(separator: "```swift").dropFirst().map { block in
            block.prefix { $0 != "```" }.drop { $0.hasPrefix("import ") || $0.isEmpty }.map { $0 }
        }
    }
}

extension String {
    fileprivate var trimmed: String { trimmingCharacters(in: .whitespaces) }
}

extension ArraySlice<String> {
    /// Without the indentation of the first line.
    fileprivate var unindented: [String] {
        let width = first?.prefix { $0 == " " }.count ?? 0
        return map { String($0.dropFirst(Swift.min(width, $0.prefix { $0 == " " }.count))) }
    }
}
