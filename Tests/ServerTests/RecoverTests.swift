import Foundation
import TestSupport
import Testing

@Suite("Recovering administrator access") struct RecoverTests {
    @Test("recover creates a working key, keeps the others, and is recorded in the audit trail") func makesAKey() async throws {
        let folder = try TemporaryDirectory()
        let before = try await LightermanProcess.with(in: folder) { try $0.administratorEnvironment() }
        let result = try await recover(folder)
        #expect(result.status == 0, "\(result.stderr)")
        try await LightermanProcess.with(in: folder) { server in
            let after = try server.administratorEnvironment()
            let (old, new) = (try #require(before["DOCKERCLOUD_APIKEY"]), try #require(after["DOCKERCLOUD_APIKEY"]))
            #expect(new != old)
            #expect(after["DOCKERCLOUD_USER"] == "admin")
            #expect(!(result.stdout + result.stderr + server.log).contains(new.suffix(49)))
            for key in [old, new] {
                let client = APIClient(server, account: "admin", key: key)
                try await #expect(client.call("GET", "/api/repo/v1/repository/").status == 200)
            }
            let client = try APIClient(server)
            let keys = try await client.call("GET", "/api/account/v1/apikey/").decoded(ListedPage<KeyObject>.self).objects
            #expect(keys.count == 2)
            let key = try #require(keys.first { new.hasPrefix("lm_\($0.id)_") })
            #expect(key.label == "recovery" && key.expires_datetime == nil && key.scopes.count == 11)
            #expect(result.stdout == "the new API key \(key.id) of 'admin' is in \(folder.path(of: "data.env"))\n")
            let action = try #require(try await client.actions().last)
            #expect(action.action == "API Key Create" && action.object == "/api/account/v1/apikey/\(key.id)/")
            #expect(action.user == "admin" && action.user_agent == "lighterman recover" && action.is_user_action)
        }
    }

    @Test("recover writes the key to the private file given with --admin-env") func writesAPrivateFile() async throws {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder, ["--admin", "carol"]) { _ in }
        let file = folder.path(of: "recovered.env")
        try #expect(await recover(folder, ["--admin", "carol", "--admin-env", file]).status == 0)
        let attributes = try FileManager.default.attributesOfItem(atPath: file)
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        try #expect(String(contentsOfFile: file, encoding: .utf8).contains("export DOCKERCLOUD_USER=carol\n"))
    }

    @Test("recover enables a disabled administrator") func enables() async throws {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder) { server in
            let admin = try APIClient(server)
            try await admin.makeUser("dora", isAdministrator: true)
            let key = try #require(try await admin.makeKey(#"{"account": "dora", "scopes": ["account:admin"]}"#).key)
            let dora = APIClient(server, account: "dora", key: key)
            try await #expect(dora.call("PATCH", "/api/account/v1/user/admin/", #"{"is_disabled": true}"#).status == 202)
            try await #expect(admin.call("GET", "/api/repo/v1/repository/").status == 401)
        }
        try #expect(await recover(folder).status == 0)
        try await LightermanProcess.with(in: folder) { server in
            try await #expect(APIClient(server).call("GET", "/api/account/v1/user/").status == 200)
        }
    }

    @Test("recover fails while the server runs, and changes nothing") func isRefusedWhileTheServerRuns() async throws {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder) { server in
            let before = try server.administratorEnvironment()
            let result = try await recover(folder)
            #expect(result.status == 69)
            #expect(result.stderr.contains("another process uses the data"))
            try #expect(server.administratorEnvironment() == before)
            try await #expect(APIClient(server).actions().isEmpty)
        }
    }

    @Test("recover fails for other accounts, without data, and without the right key") func isRefused() async throws {
        let folder = try TemporaryDirectory()
        try await expectRefusal(recover(folder), says: "the directory '\(folder.path(of: "data"))' has no data yet")
        #expect(!FileManager.default.fileExists(atPath: folder.path(of: "data.kek")))
        try FileManager.default.removeItem(atPath: folder.path(of: "data"))
        try await LightermanProcess.with(in: folder) { try await APIClient($0).makeUser("carol") }
        let file = try String(contentsOfFile: folder.path(of: "data.env"), encoding: .utf8)
        try await expectRefusal(
            recover(folder, ["--admin", "nobody"]), says: "there is no user 'nobody': name an administrator with --admin")
        try await expectRefusal(recover(folder, ["--admin", "carol"]), says: "'carol' is not a server administrator")
        try await expectRefusal(recover(folder, ["--admin", "No Name"]), says: "'No Name'")
        try FileManager.default.moveItem(atPath: folder.path(of: "data.kek"), toPath: folder.path(of: "kek"))
        try await expectRefusal(recover(folder), says: "no key is configured")
        try #expect(String(contentsOfFile: folder.path(of: "data.env"), encoding: .utf8) == file)
        try #expect(await recover(folder, ["--kek-file", folder.path(of: "kek")]).status == 0)
    }

    @Test("recover creates no key if the key cannot be written to the file") func makesNoKeyForNobody() async throws {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder) { _ in }
        let result = try await recover(folder, ["--admin-env", "/dev/null/x"])
        #expect(result.status == 74, "\(result.stderr)")
        try await LightermanProcess.with(in: folder) { server in
            let client = try APIClient(server)
            try await #expect(client.call("GET", "/api/account/v1/apikey/").decoded(ListedPage<KeyObject>.self).objects.count == 1)
            try await #expect(client.actions().isEmpty)
        }
    }

    private func recover(_ folder: TemporaryDirectory, _ arguments: [String] = []) async throws -> Finished {
        try await run(Binaries.lighterman, ["recover", "--data", folder.path(of: "data")] + arguments)
    }

    private func expectRefusal(_ result: Finished, says: String) {
        #expect(result.status == 78, "\(result.stderr)")
        #expect(result.stdout.isEmpty)
        #expect(result.stderr.contains(says), "\(result.stderr)")
        #expect(result.stderr.split(separator: "\n").count == 1)
    }
}
