import Foundation
import TestSupport
import Testing

enum SchemaValidator {
    /// The Python module of Debian's package.
    static let path = "/usr/lib/python3/dist-packages/jsonschema/__init__.py"
}

/// Checks the published schema with an independent JSON Schema validator.
@Suite(
    "JSON schema of the audit trail", .enabled(if: ProgramPath.find("python3") != nil, "python3 is not installed"),
    .enabled(if: FileManager.default.fileExists(atPath: SchemaValidator.path), "python3-jsonschema is not installed"))
struct AuditSchemaTests {
    /// Prints the number of valid actions. The first invalid one ends the program.
    private static let script = """
        import json, sys
        from jsonschema import Draft202012Validator
        validator = Draft202012Validator(json.load(open(sys.argv[1])))
        validator.check_schema(validator.schema)
        actions = json.load(sys.stdin)
        for action in actions:
            validator.validate(action)
        print(len(actions))
        """

    private func validate(_ actions: String) async throws -> String {
        let folder = try TemporaryDirectory()
        let input = try folder.write(actions, to: "actions.json")
        let script = try folder.write(Self.script, to: "validate.py")
        let schema = "\(Binaries.package)/docs/audit.schema.json"
        let result = try await run("/bin/sh", ["-c", "exec python3 \(script) \(schema) < \(input)"])
        return result.status == 0 ? result.stdout.trimmingCharacters(in: .whitespacesAndNewlines) : result.stderr
    }

    @Test("API responses, audit log lines and command line output conform to the schema; other JSON does not")
    func valid() async throws {
        let folder = try TemporaryDirectory()
        let log = folder.path(of: "audit.log")
        let port = try await SilentListener.start()
        let (listed, printed) = try await LightermanProcess.with(in: folder, ["--audit-log", log, "--allow", "127.0.0.0/8"]) { server in
            let client = try APIClient(server)
            try await client.makeUser("carol")
            let name = "127.0.0.1:\(port.number)/team/image"
            try await #expect(client.call("POST", "/api/repo/v1/repository/?verify=false", #"{"name": "\#(name)"}"#).status == 201)
            try await #expect(client.call("DELETE", "/api/repo/v1/repository/nowhere.example/none/").status == 404)
            async let pulled = client.call("GET", "/v2/127.0.0.1_\(port.number)/team/image/manifests/v1")
            try await port.contacted()
            port.hangUp()
            try await #expect(pulled.status >= 500)
            let end = ContinuousClock.now + .seconds(20)
            while try await client.actions("&state=In%20progress").isEmpty == false, ContinuousClock.now < end {
                try await Task.sleep(for: .milliseconds(20))
            }
            let page = try await client.call("GET", "/api/audit/v1/action/").body
            let cli = try await run(Binaries.dockerCloud, ["action", "ls", "-o", "json"], environment: server.administratorEnvironment())
            return (page, cli.stdout)
        }
        let page = try #require(try JSONSerialization.jsonObject(with: Data(listed.utf8)) as? [String: Any])
        let objects = try JSONSerialization.data(withJSONObject: try #require(page["objects"]))
        #expect(try await validate(String(decoding: objects, as: UTF8.self)) == "4")
        #expect(try await validate(printed) == "4")
        let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
        #expect(try await validate("[\(lines.joined(separator: ","))]") == "\(lines.count)" && lines.count >= 4)
        #expect(listed.contains(#""reference":"v1""#) && listed.contains(#""reason":""#))
        for wrong in [#"[{}]"#, listed.replacing(#""state":"Failed""#, with: #""state":"Lost""#)] {
            #expect(try await Int(validate(wrong.hasPrefix("[") ? wrong : "[\(wrong)]")) == nil)
        }
    }
}

@Suite("Actions in progress when the server is killed")
struct KilledServerTests {
    @Test("After a kill, actions in progress have an unknown outcome, and other actions are unchanged", .timeLimit(.minutes(1)))
    func unknown() async throws {
        let folder = try TemporaryDirectory()
        let port = try await SilentListener.start()
        let server = try await LightermanProcess(in: folder, ["--allow", "127.0.0.0/8"])
        let client = try APIClient(server)
        let name = "127.0.0.1:\(port.number)/team/image"
        try await #expect(client.call("POST", "/api/repo/v1/repository/?verify=false", #"{"name": "\#(name)"}"#).status == 201)
        async let pulled = client.call("GET", "/v2/127.0.0.1_\(port.number)/team/image/manifests/v1")
        try await port.contacted()
        try await #expect(client.actions("&state=In%20progress").map(\.action) == ["Repository Pull"])
        try await server.killAtOnce()
        _ = try? await pulled
        port.hangUp()
        try await LightermanProcess.with(in: folder) { server in
            let actions = try await APIClient(server).actions()
            #expect(actions.map { "\($0.action), \($0.state)" } == ["Repository Create, Success", "Repository Pull, Unknown"])
        }
    }

    @Test(
        "After a kill, the trail has the number of failures that were not recorded individually, and each use of a credential",
        .timeLimit(.minutes(2)))
    func counted() async throws {
        let folder = try TemporaryDirectory()
        let port = try await SilentListener.start()
        let log = folder.path(of: "audit.log")
        let server = try await LightermanProcess(in: folder, ["--allow", "127.0.0.0/8", "--audit-log", log])
        let client = try APIClient(server)
        let name = "127.0.0.1:\(port.number)/team/image"
        try await #expect(client.call("POST", "/api/repo/v1/repository/?verify=false", #"{"name": "\#(name)"}"#).status == 201)
        for _ in 0..<70 {
            try await #expect(client.call("DELETE", "/api/repo/v1/repository/nowhere.example/none/").status == 404)
        }
        async let pushed = client.call("POST", "/v2/127.0.0.1_\(port.number)/team/image/blobs/uploads/")
        try await port.contacted()
        try await #expect(client.actions("&state=In%20progress").map(\.action) == ["Repository Push"])
        try await Task.sleep(for: .seconds(6))
        try await server.killAtOnce()
        _ = try? await pushed
        port.hangUp()
        try await LightermanProcess.with(in: folder) { server in
            let actions = try await APIClient(server).actions()
            let deletions = actions.filter { $0.action == "Repository Delete" }
            #expect(deletions.map(\.attempts).reduce(0, +) == 70 && deletions.count == 31)
            #expect(actions.filter { $0.action == "Repository Push" }.map(\.state) == ["Unknown"])
        }
        #expect(try String(contentsOfFile: log, encoding: .utf8).contains(#""attempts":40"#))
    }
}
