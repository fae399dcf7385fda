import FakeCloud
import Testing

@Suite("JSON output")
struct ServerObjectTests {
    /// Each noun with an object of the server, which has a member that the library does not know, and the name to inspect.
    private static let nouns = [
        ("repository", Body.repository(), "a/b"), ("registry", Body.registry(), "registry.local:5000"),
        ("organization", Body.organization(), "acme"), ("member", Body.member(), "carol"), ("robot", Body.robot(), "ci"),
        ("user", Body.user(), "carol"), ("apikey", Body.apiKey(), "4bVn0cQw8ZrT"),
        ("action", Body.action(), "0b5f8e6c-7d3a-4c1e-9f2b-1a2b3c4d5e6f"),
    ].map { ($0, $1.adding(#""zz": {"b": [1.50, "a/b"], "c": {}}"#), $2) }

    @Test("Lists and inspected objects contain everything that the server sent, with numbers in their original spelling", arguments: nouns)
    func everything(noun: String, object: String, name: String) async throws {
        try await FakeCloud.run { request in
            request.target.contains("limit=") ? .page([object]) : .ok(object)
        } _: { cloud in
            let list = await Shell.run([noun, "ls", "-o", "json", "--namespace", "acme"], at: cloud)
            #expect(list.status == 0 && list.output == ["[\n  \(object)\n]"])
            let inspect = await Shell.run([noun, "inspect", name, "--namespace", "acme"], at: cloud)
            #expect(inspect.status == 0)
            let ending = ",\n  \"zz\": {\n    \"b\": [\n      1.50,\n      \"a/b\"\n    ],\n    \"c\": {}\n  }\n}"
            #expect(inspect.output.first?.hasSuffix(ending) == true)
            #expect(inspect.output.first.map(Self.onOneLine) == object)
        }
    }

    /// The object as in a list. No string in the objects contains two spaces or a line break.
    private static func onOneLine(_ json: String) -> String {
        let text = json.split(separator: "\n").map { $0.drop { $0 == " " } }.joined(separator: " ")
        return ["{", "["].reduce(text) { $0.replacing("\($1) ", with: $1) }.replacing(" }", with: "}").replacing(" ]", with: "]")
    }
}
