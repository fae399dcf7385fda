import Commands
import FakeCloud
import FoundationEssentials

/// The outcome of a command line.
struct Shell {
    let status: Int32
    let record: ScriptedConsole.Record

    var output: [String] { record.output }
    var errors: [String] { record.errors }
    /// All printed text.
    var everything: String { (output + errors + record.shown + record.prompts).joined(separator: "\n") }

    static func run(
        _ arguments: [String], at cloud: FakeCloud? = nil, environment: [String: String] = [:],
        console: ScriptedConsole = ScriptedConsole(), now: Date = Date()
    ) async -> Shell {
        var variables = environment
        if let cloud, variables["DOCKERCLOUD_REST_HOST"] == nil { variables["DOCKERCLOUD_REST_HOST"] = cloud.url }
        if cloud != nil, environment.isEmpty {
            variables["DOCKERCLOUD_USER"] = "alice"
            variables["DOCKERCLOUD_APIKEY"] = "lm_key"
        }
        let status = await Program.run(arguments, in: CLIEnvironment(environment: variables, console: console) { now })
        return Shell(status: status, record: console.record)
    }
}

/// A temporary folder for the user's configuration.
struct ConfigurationFolder {
    let path: String

    static func with<Value>(_ body: (ConfigurationFolder) async throws -> Value) async throws -> Value {
        let folder = ConfigurationFolder(path: FileManager.default.temporaryDirectory.path + "/docker-cloud-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(atPath: folder.path) }
        return try await body(folder)
    }

    var environment: [String: String] { ["XDG_CONFIG_HOME": path] }
    var file: String { path + "/docker-cloud/credentials.json" }
    var text: String? { (try? Data(contentsOf: URL(filePath: file))).map { String(decoding: $0, as: UTF8.self) } }

    func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }
}
