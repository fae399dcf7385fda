import Foundation
import TestSupport
import Testing

@Suite("Rows changed with sqlite3", .enabled(if: ProgramPath.find("sqlite3") != nil, "sqlite3 is not installed"))
struct DoctorTests {
    private static let image = "/api/repo/v1/repository/registry.invalid/team/image/"

    @Test("A repository that was pointed at another repository's credential is 503 until doctor signs it")
    func repository() async throws {
        let folder = try await Self.folder()
        let id = try await Self.sql(folder, "SELECT id FROM repositories WHERE name LIKE '%/image'")
        try await LightermanProcess.with(in: folder) { server in
            let client = try APIClient(server)
            try await #expect(client.call("GET", Self.image).status == 200)
            _ = try await Self.sql(
                folder, "UPDATE repositories SET credential = (SELECT credential FROM repositories WHERE name LIKE '%/other')")
            for method in ["GET", "DELETE"] {
                let answer = try await client.call(method, Self.image)
                #expect(answer.status == 503 && answer.body.contains("A stored repository was changed outside the server"), "\(answer)")
            }
            let list = try await client.call("GET", "/api/repo/v1/repository/")
            #expect(try list.decoded(ListedPage<NamedObject>.self).objects.map(\.name) == ["registry.invalid/team/other"])
            #expect(list.body.contains(#""omitted":1"#))
            let actions = try await client.actions().filter { $0.action == "Row Refuse" }
            #expect(actions.map(\.object) == ["repository:\(id)"] && actions.map(\.state) == ["Failed"])
            let lines = server.log.split(separator: "\n").filter { $0.contains("repository:\(id)") }
            #expect(lines.count == 1 && lines.allSatisfy { $0.contains("lighterman doctor") }, "\(lines)")
            #expect(try await Self.doctor(folder).status == 69)
        }
        let found = try await Self.doctor(folder)
        #expect(found.status == 1)
        #expect(found.stdout.contains("\nFAILED rows: repository:\(id) namespace='admin' name='registry.invalid/team/image'"), "\(found)")
        #expect(found.stderr.contains("lighterman doctor --sign ROW") && found.stderr.split(separator: "\n").count == 1)
        let signed = try await Self.doctor(folder, ["--sign", "repository:\(id)"])
        #expect(signed.status == 0 && signed.stdout == "signed repository:\(id)\nok rows: all rows verify\n", "\(signed)")
        try await LightermanProcess.with(in: folder) { server in
            let client = try APIClient(server)
            try await #expect(client.call("GET", Self.image).status == 200)
            let actions = try await client.actions().filter { $0.action == "Row Sign" }
            #expect(actions.map(\.object) == ["repository:\(id)"] && actions.map(\.user_agent) == ["lighterman doctor"])
            #expect(actions.map(\.is_user_action) == [true])
        }
    }

    @Test(
        "A key or an account that was given more rights is rejected",
        arguments: [
            "UPDATE api_keys SET account = (SELECT id FROM accounts WHERE name = 'admin') WHERE label = 'mallory'",
            "UPDATE api_keys SET scopes = (SELECT scopes FROM api_keys WHERE label = 'first start') WHERE label = 'mallory'",
            "UPDATE api_keys SET expires = NULL WHERE label = 'mallory'", "UPDATE api_keys SET code = NULL WHERE label = 'mallory'",
            "UPDATE api_keys SET code = (SELECT code FROM api_keys WHERE label = 'first start') WHERE label = 'mallory'",
            "UPDATE accounts SET is_administrator = 1 WHERE name = 'mallory'",
        ])
    func account(_ statement: String) async throws {
        let folder = try TemporaryDirectory()
        let key = try await LightermanProcess.with(in: folder) { server in
            let admin = try APIClient(server)
            try await admin.makeUser("mallory")
            return try #require(try await admin.makeKey(#"{"account": "mallory", "label": "mallory"}"#).key)
        }
        _ = try await Self.sql(folder, statement)
        try await LightermanProcess.with(in: folder) { server in
            let mallory = APIClient(server, account: statement.contains("SET account") ? "admin" : "mallory", key: key)
            for path in ["/api/repo/v1/repository/", "/api/account/v1/user/"] {
                try await #expect(mallory.call("GET", path).status == 503)
            }
            try await #expect(APIClient(server).call("GET", "/api/account/v1/user/").status == 200)
        }
        try await #expect(Self.doctor(folder).status == 1)
    }

    @Test("doctor rejects an invalid row name")
    func refusals() async throws {
        let folder = try await Self.folder()
        let healthy = try await Self.doctor(folder)
        #expect(healthy.status == 0 && healthy.stdout.contains("ok rows: all rows verify\n") && healthy.stderr.isEmpty, "\(healthy)")
        for (name, message) in [("nonsense", "names no row"), ("apikey:nobody", "there is no row")] {
            let result = try await Self.doctor(folder, ["--sign", name])
            #expect(result.status == 64 && result.stderr.contains(message), "\(result)")
        }
        _ = try await Self.sql(folder, "UPDATE registries SET realm = 'https://evil.example/token'")
        let result = try await Self.doctor(folder, ["--sign-all"])
        #expect(
            result.status == 0 && result.stdout.hasPrefix("signed all ") && result.stdout.hasSuffix(" rows\nok rows: all rows verify\n"))
    }

    @Test("recover does not enable an administrator whose row was changed, and refers to doctor")
    func recover() async throws {
        let folder = try await Self.folder()
        _ = try await Self.sql(folder, "UPDATE accounts SET is_disabled = 1")
        let result = try await run(Binaries.lighterman, ["recover", "--data", folder.path(of: "data")])
        #expect(result.status == 78 && result.stderr.contains("lighterman doctor") && result.stderr.contains("account:"), "\(result)")
    }

    private struct NamedObject: Decodable {
        let name: String
    }

    /// A data directory with two repositories.
    private static func folder() async throws -> TemporaryDirectory {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder) { server in
            let client = try APIClient(server)
            for name in ["image", "other"] {
                let body = #"{"name": "registry.invalid/team/\#(name)", "username": "carol", "password": "sesame"}"#
                try await #expect(client.call("POST", "/api/repo/v1/repository/?verify=false", body).status == 201)
            }
        }
        return folder
    }

    private static func sql(_ folder: TemporaryDirectory, _ sql: String) async throws -> String {
        try await run("sqlite3", [folder.path(of: "data/lighterman.sqlite"), sql]).succeeded().trimmingCharacters(
            in: .whitespacesAndNewlines)
    }

    private static func doctor(_ folder: TemporaryDirectory, _ arguments: [String] = []) async throws -> Finished {
        try await run(Binaries.lighterman, ["doctor", "--offline", "--data", folder.path(of: "data")] + arguments)
    }
}
