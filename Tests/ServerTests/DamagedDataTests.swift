import Foundation
import TestSupport
import Testing

@Suite("Rows removed with sqlite3", .enabled(if: ProgramPath.find("sqlite3") != nil, "sqlite3 is not installed"))
struct DamagedDataTests {
    @Test(
        "A user who writes to the database does not become the admin of an organization whose rows were moved aside",
        arguments: [true, false])
    func movedAside(isRunning: Bool) async throws {
        let folder = try TemporaryDirectory()
        var key = ""
        func create(_ server: LightermanProcess) async throws {
            let mallory = APIClient(server, account: "mallory", key: key)
            let answer = try await mallory.call("POST", "/api/account/v1/organization/", #"{"name": "acme"}"#)
            #expect(answer.status == 409 && answer.body.contains("The name 'acme' is taken"), "\(answer)")
        }
        try await LightermanProcess.with(in: folder) { server in
            let admin = try APIClient(server)
            try await admin.makeUser("mallory")
            key = try #require(try await admin.makeKey(#"{"account": "mallory", "scopes": ["account:admin"]}"#).key)
            try await #expect(admin.call("POST", "/api/account/v1/organization/", #"{"name": "acme"}"#).status == 201)
            if isRunning {
                try await Self.moveAside(folder)
                try await create(server)
            }
        }
        guard !isRunning else { return }
        try await Self.moveAside(folder)
        try await LightermanProcess.with(in: folder) { try await create($0) }
    }

    private static func moveAside(_ folder: TemporaryDirectory) async throws {
        let conditions = [
            "memberships WHERE organization", "organizations WHERE name", "namespaces WHERE name", "actions WHERE namespace",
            "action_counts WHERE namespace",
        ]
        _ = try await sql(folder, conditions.map { "DELETE FROM \($0) = 'acme';" }.joined(separator: " "))
    }

    @Test("Data without its deployment row is refused by every command, and gets no new key", arguments: ["data.kek", "none"])
    func deploymentRow(removing file: String) async throws {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder) { _ in }
        _ = try await Self.sql(folder, "DELETE FROM deployment")
        try? FileManager.default.removeItem(atPath: folder.path(of: file))
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        for command in [["serve", "--listen", "127.0.0.1:0"], ["doctor"], ["recover"]] {
            let refusal = try await run(Binaries.lighterman, command + ["--data", folder.path(of: "data")])
            #expect(refusal.status == 78 && refusal.stderr.contains("the row with its deployment secret"), "\(refusal)")
            #expect(refusal.stderr.split(separator: "\n").count == 1)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == files)
    }

    @Test("A repository whose registry row was deleted is 503, and doctor lists the row until it is signed")
    func registry() async throws {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder) { server in
            let client = try APIClient(server)
            let body = #"{"name": "registry.invalid/team/image", "username": "carol", "password": "sesame"}"#
            try await #expect(client.call("POST", "/api/repo/v1/repository/?verify=false", body).status == 201)
            _ = try await Self.sql(folder, "DELETE FROM registries")
            let pull = try await client.call("GET", "/v2/registry.invalid/team/image/manifests/v1")
            #expect(pull.status == 503, "\(pull)")
            let verification = try await client.call("POST", "/api/repo/v1/verification/", #"{"name": "registry.invalid/team/image"}"#)
            #expect(verification.status == 503, "\(verification)")
            #expect(server.log.contains("registry:registry.invalid"))
        }
        let found = try await Self.doctor(folder)
        #expect(found.status == 1 && found.stdout.contains("\nFAILED rows: registry:registry.invalid (missing"), "\(found)")
        let signed = try await Self.doctor(folder, ["--sign", "registry:registry.invalid"])
        #expect(signed.status == 0 && signed.stdout == "signed registry:registry.invalid\nok rows: all rows verify\n", "\(signed)")
        try await LightermanProcess.with(in: folder) { server in
            try await #expect(APIClient(server).call("GET", "/v2/registry.invalid/team/image/manifests/v1").status != 503)
            let actions = try await APIClient(server).actions().filter { $0.action == "Row Sign" }
            #expect(actions.map(\.object) == ["registry:registry.invalid"] && actions.map(\.is_user_action) == [true])
        }
    }

    private static func sql(_ folder: TemporaryDirectory, _ sql: String) async throws -> String {
        try await run("sqlite3", [folder.path(of: "data/lighterman.sqlite"), sql]).succeeded()
    }

    private static func doctor(_ folder: TemporaryDirectory, _ arguments: [String] = []) async throws -> Finished {
        try await run(Binaries.lighterman, ["doctor", "--offline", "--data", folder.path(of: "data")] + arguments)
    }
}
