import Foundation
import NIOHTTP1
import TestSupport
import Testing

/// A canary is a secret that is searched for everywhere, in every encoding in which a secret may leak.
struct Canary: Sendable {
    let username: String
    let password: String

    init() {
        username = "canary-user-\(UUID().uuidString.lowercased())"
        password = "canary/\"pass\" \(UUID().uuidString)&="
    }

    /// The encodings, without the plain user name if it is searched for in the registry's own log.
    var spellings: [String] {
        [username, password, "\(username):\(password)"].flatMap { text in
            let bytes = Data(text.utf8)
            let quoted = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            return [
                text, bytes.base64EncodedString(), bytes.map { String(format: "%02x", $0) }.joined(),
                text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text, quoted, quoted.replacing("/", with: "\\/"),
            ]
        } + encodings
    }

    /// The forms in which a registry may send it back.
    var encodings: [String] { [username, password].flatMap { secret in SecretEncoding.all.map { $0.text(secret) } } }

    func spellings(in text: String) -> [String] { spellings.filter { text.contains($0) } }

    var json: String {
        get throws {
            let members = ["username": username, "password": password]
            return String(decoding: try JSONEncoder().encode(members), as: UTF8.self)
        }
    }
}

@Suite("Secrets") struct CanaryTests {
    @Test("Secrets appear in no file, no trace log, no response and no error") func areNowhere() async throws {
        let canary = Canary()
        let folder = try TemporaryDirectory()
        let behavior = RegistryBehavior(users: [canary.username: canary.password], repositories: ["a/b"])
        try await FaultyRegistry.run(behavior) { registry in
            try await search(for: canary, in: folder, using: "\(registry.authority)/a/b", at: registry)
            #expect(!registry.authorizations.isEmpty)
        }
    }

    private func search(for canary: Canary, in folder: TemporaryDirectory, using name: String, at registry: FaultyRegistry) async throws {
        // The audit log is inside the data directory, so that it is searched as well.
        let log = ["--audit-log", folder.path(of: "data/audit.log"), "--log-level", "trace", "--log-format", "json"]
        let server = try await LightermanProcess(in: folder, log)
        let client = try APIClient(server)
        var answers = ""
        for (method, path, body) in try calls(canary, name) {
            let answer = try await client.call(method, path, body)
            answers += "\(answer.text)\n"
        }
        #expect(answers.contains("\"state\":\"Verified\""), "the canary was used: \(answers)")
        answers += try await echoes(of: canary, client, name, registry)
        let keys = try await [#require(server.administratorEnvironment()["DOCKERCLOUD_APIKEY"])] + newKeys(client, server)
        for path in ["apikey/", "apikey/?account=acme%2Bci"] { answers += try await client.call("GET", "/api/account/v1/\(path)").text }
        for path in ["", "acme/"] { answers += try await client.call("GET", "/api/audit/v1/\(path)action/?limit=1000").text }
        #expect(canary.spellings(in: answers).isEmpty)
        try expectNone(of: canary, and: keys, below: folder.path(of: "data"))
        try await #expect(server.stop() == 0)
        try expectNone(of: canary, and: keys, below: folder.path(of: "data"))
        #expect(canary.spellings(in: server.log + server.stdout).isEmpty)
        for text in [answers, server.log, server.stdout] {
            for key in keys { #expect(!text.contains(key) && !text.contains(key.suffix(40))) }
        }
    }

    /// The responses of the gateway and the API while the registry sends the canary back, in messages and in fields.
    private func echoes(of canary: Canary, _ client: APIClient, _ name: String, _ registry: FaultyRegistry) async throws -> String {
        let collection = "/api/repo/v1/repository/"
        try await #expect(client.call("POST", collection, #"{"name": "\#(name)", "# + canary.json.dropFirst()).status == 201)
        let manifest = "/v2/\(name.replacing(":", with: "_"))/manifests/v1"
        var answers = ""
        for text in canary.encodings {
            let fields = ["Warning", "ETag", "Docker-RateLimit-Source"].map { ($0, text.replacing("\t", with: " ")) }
            for status in [400, 500, 403] {
                registry.intercept { request in
                    guard request.authorization != nil else { return nil }
                    return .error(status, "DENIED", "you sent \(text)", headers: HTTPHeaders(fields))
                }
                let answer = try await client.call("GET", manifest)
                #expect(answer.status >= 400)
                answers += "\(answer.text)\n"
            }
            answers += try await client.call("POST", "/api/repo/v1/verification/", #"{"name": "\#(name)"}"#).text
            answers += try await client.call("GET", "\(collection)\(name)/").text
        }
        registry.intercept(nil)
        try await #expect(client.call("DELETE", "\(collection)\(name)/").status == 204)
        return answers
    }

    /// Keys of a user and a robot that were created, used, sent in wrong places, and revoked.
    private func newKeys(_ client: APIClient, _ server: LightermanProcess) async throws -> [String] {
        var texts: [String] = []
        for account in ["admin", "acme+ci"] {
            let made = try await client.makeKey(#"{"account": "\#(account)"}"#)
            let text = try #require(made.key)
            let own = APIClient(server, account: account, key: text)
            try await #expect(own.call("GET", "/api/repo/v1/repository/").status == 200)
            for (method, path, body) in [
                ("POST", "user/", #"{"name": "\#(text)"}"#), ("POST", "apikey/", #"{"label": "\#(text)"}"#),
                ("POST", "acme/robot/", #"{"name": "\#(text)", "permission": "read"}"#), ("DELETE", "apikey/\(text)/", nil),
                ("GET", "apikey/?account=\(text)", nil),
            ] {
                let answer = try await client.call(method, "/api/account/v1/\(path)", body)
                #expect(answer.status == 400 && !answer.text.contains(text.suffix(40)))
            }
            try await #expect(client.call("DELETE", "/api/account/v1/apikey/\(made.id)/").status == 204)
            try await #expect(own.call("GET", "/api/repo/v1/repository/").status == 401)
            texts.append(text)
        }
        return texts
    }

    /// Every request of the API, with the canary in place of secrets and in places where people put secrets by mistake.
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
            ("GET", collection, nil), ("GET", "\(collection)\(name)/", nil), ("GET", "/api/repo/v1/registry/", nil),
            ("PATCH", "\(collection)\(name)/", credential),
            ("PATCH", "\(collection)\(name)/", #"{"password": "wrong"}"#),
            ("GET", "\(collection)?password=\(encoded)", nil),
            ("GET", "/api/audit/v1/action/", nil),
            ("POST", "/api/repo/v1/verification/", #"{"name": "\#(name)"}"#),
            ("POST", "/api/repo/v1/verification/", registration),
            ("DELETE", "\(collection)\(name)/", nil),
        ] + accountCalls(credential, encoded)
    }

    private func accountCalls(_ credential: String, _ encoded: String) -> [(String, String, String?)] {
        let named = { (name: String) in #"{"name": "\#(name)", "# + credential.dropFirst() }
        let account = "/api/account/v1/"
        return [
            ("POST", "\(account)user/", #"{"name": "carol"}"#), ("POST", "\(account)user/", named("dave")),
            ("POST", "\(account)organization/", #"{"name": "acme"}"#), ("POST", "\(account)organization/", named("umbrella")),
            ("POST", "\(account)acme/robot/", #"{"name": "ci", "permission": "read"}"#), ("POST", "\(account)acme/robot/", named("x1")),
            ("POST", "\(account)organization/acme/member/", #"{"name": "carol", "permission": "read"}"#),
            ("POST", "\(account)organization/acme/member/", named("carol")), ("PATCH", "\(account)user/carol/", credential),
            ("PATCH", "\(account)organization/acme/member/carol/", credential), ("POST", "\(account)apikey/", credential),
            ("GET", "\(account)user/?password=\(encoded)", nil), ("GET", "\(account)apikey/?account=\(encoded)", nil),
            ("GET", "\(account)user/?name=\(encoded)", nil), ("DELETE", "\(account)organization/acme/member/carol/", nil),
        ]
    }

    private func expectNone(of canary: Canary, and keys: [String], below path: String) throws {
        let files = try FileManager.default.subpathsOfDirectory(atPath: path)
        #expect(files.contains("lighterman.sqlite") && files.contains("audit.log"))
        for file in files {
            let bytes = try Data(contentsOf: URL(filePath: "\(path)/\(file)"))
            for spelling in canary.spellings + keys + keys.map({ String($0.suffix(40)) }) {
                #expect(bytes.range(of: Data(spelling.utf8)) == nil, "\(file)")
            }
        }
    }
}
