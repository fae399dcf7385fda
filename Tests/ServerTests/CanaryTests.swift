import Foundation
import TestSupport
import Testing

/// A canary is a secret that is searched for everywhere, in every spelling that a secret takes by accident.
struct Canary: Sendable {
    let username: String
    let password: String

    init() {
        username = "canary-user-\(UUID().uuidString.lowercased())"
        password = "canary/\"pass\" \(UUID().uuidString)&="
    }

    /// The spellings, but for the user name alone where it is no secret to the registry's own log.
    var spellings: [String] {
        [username, password, "\(username):\(password)"].flatMap { text in
            let bytes = Data(text.utf8)
            let quoted = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            return [
                text, bytes.base64EncodedString(), bytes.map { String(format: "%02x", $0) }.joined(),
                text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text, quoted, quoted.replacing("/", with: "\\/"),
            ]
        }
    }

    func spellings(in text: String) -> [String] { spellings.filter { text.contains($0) } }

    var json: String {
        get throws {
            let members = ["username": username, "password": password]
            return String(decoding: try JSONEncoder().encode(members), as: UTF8.self)
        }
    }
}

@Suite("Secrets") struct CanaryTests {
    @Test("are in no file, no log at trace level, no response and no error") func areNowhere() async throws {
        let canary = Canary()
        let folder = try TemporaryDirectory()
        let conduct = RegistryConduct(users: [canary.username: canary.password], repositories: ["a/b"])
        try await FaultyRegistry.run(conduct) { registry in
            try await search(for: canary, in: folder, using: "\(registry.authority)/a/b")
            #expect(!registry.authorizations.isEmpty)
        }
    }

    private func search(for canary: Canary, in folder: TemporaryDirectory, using name: String) async throws {
        let server = try await LightermanProcess(in: folder, ["--log-level", "trace", "--log-format", "json"])
        let client = try APIClient(server)
        var answers = ""
        for (method, path, body) in try calls(canary, name) {
            let answer = try await client.call(method, path, body)
            answers += "\(answer.text)\n"
        }
        #expect(answers.contains("\"state\":\"Verified\""), "the canary was used: \(answers)")
        #expect(canary.spellings(in: answers).isEmpty)
        #expect(canary.spellings(in: server.log).isEmpty)
        let key = try #require(server.administratorEnvironment()["DOCKERCLOUD_APIKEY"])
        #expect(!server.log.contains(key) && !server.log.contains(key.suffix(40)))
        try expectNone(of: canary, and: key, below: folder.path(of: "data"))
        try await #expect(server.stop() == 0)
        try expectNone(of: canary, and: key, below: folder.path(of: "data"))
        #expect(canary.spellings(in: server.log + server.stdout).isEmpty)
    }

    /// The whole of the API, with the canary where secrets belong and where people put them by mistake.
    private func calls(_ canary: Canary, _ name: String) throws -> [(String, String, String?)] {
        let collection = "/api/repo/v1/repository/"
        let credential = try canary.json
        let registration = #"{"name": "\#(name)", "# + credential.dropFirst()
        let encoded = canary.password.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        return [
            ("POST", collection, registration),
            ("POST", collection, registration),
            ("POST", "\(collection)?verify=push", registration.replacing("/a/b", with: "/a/new")),
            ("POST", collection, registration.replacing("/a/b", with: "/a/wrong").replacing(canary.username, with: "wrong")),
            ("POST", collection, registration.replacing("\"username\"", with: "\"usrname\"")),
            ("POST", collection, registration + "}"),
            ("POST", collection, #"{"name": 1, "# + credential.dropFirst()),
            ("POST", collection, #"{"name": "\#(name)/"# + canary.username + #""}"#),
            ("GET", collection, nil), ("GET", "\(collection)\(name)/", nil), ("GET", "/api/repo/v1/registry/", nil),
            ("PATCH", "\(collection)\(name)/", credential),
            ("PATCH", "\(collection)\(name)/", #"{"password": "wrong"}"#),
            ("GET", "\(collection)?password=\(encoded)", nil),
            ("GET", "/api/audit/v1/action/", nil),
            ("DELETE", "\(collection)\(name)/", nil),
        ]
    }

    private func expectNone(of canary: Canary, and key: String, below path: String) throws {
        let files = try FileManager.default.subpathsOfDirectory(atPath: path)
        #expect(files.contains("lighterman.sqlite"))
        for file in files {
            let bytes = try Data(contentsOf: URL(filePath: "\(path)/\(file)"))
            for spelling in canary.spellings + [key, String(key.suffix(40))] {
                #expect(bytes.range(of: Data(spelling.utf8)) == nil, "\(file)")
            }
        }
    }
}
