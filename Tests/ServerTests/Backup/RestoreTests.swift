import Foundation
import TestSupport
import Testing

@Suite("Restored backups") struct RestoreTests {
    @Test("A restored backup serves its repositories, revives no key that was revoked since, and is recorded")
    func revoked() async throws {
        let scene = try await BackupScene { admin, key in
            let id = try #require(key.split(separator: "_").dropFirst().first)
            try await #expect(admin.call("DELETE", "/api/account/v1/apikey/\(id)/").status == 204)
        }
        let result = try await scene.restore()
        #expect(result.status == 0 && result.stdout.contains("applied 1 revocations that are newer than the backup"), "\(result)")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: scene.folder.path(of: "restored")).sorted() == [
                "lighterman.sqlite", "lock",
            ])
        try await scene.serve("restored") { server in
            let admin = try APIClient(server)
            try await #expect(admin.call("GET", BackupScene.image).status == 200)
            try await #expect(APIClient(server, account: "admin", key: scene.key).call("GET", BackupScene.image).status == 401)
            let actions = try await admin.actions().filter { $0.action == "Data Restore" }
            #expect(actions.map(\.object) == ["backup"] && actions.map(\.is_user_action) == [true])
            #expect(actions.map(\.user_agent) == ["lighterman restore"])
            #expect(!server.log.contains("older than its revocations"), "they were applied by the restore")
        }
    }

    @Test("On a machine without a journal, the backup's own journal is restored, with a warning")
    func withoutJournal() async throws {
        let scene = try await BackupScene()
        let result = try await scene.restore(revocations: "restored.revoked")
        #expect(result.status == 0 && result.stderr.contains("there is no revocation journal"), "\(result)")
        let journal = try String(contentsOfFile: scene.folder.path(of: "restored.revoked"), encoding: .utf8)
        #expect(journal.hasPrefix("# ") && journal.contains(" signed .\n"))
        let started = try await run(
            Binaries.lighterman,
            ["doctor", "--offline", "--data", scene.folder.path(of: "restored"), "--kek-file", scene.folder.path(of: "data.kek")])
        #expect(started.status == 0, "\(started)")
    }

    @Test("Present data is replaced only with --replace, and kept beside the new data")
    func replace() async throws {
        let scene = try await BackupScene { admin, _ in try await admin.makeUser("later") }
        let refused = try await scene.restore(into: "data")
        #expect(refused.status == 64 && refused.stderr.contains("is not empty") && refused.stderr.contains("--replace"), "\(refused)")
        #expect(try scene.others().isEmpty)
        let result = try await scene.restore(into: "data", ["--replace"])
        #expect(result.status == 0 && result.stdout.contains("the replaced data is in '"), "\(result)")
        let others = try scene.others()
        #expect(others.count == 1 && others[0].hasPrefix("data.replaced-20"), "\(others)")
        try await scene.serve("data") { server in
            try await #expect(APIClient(server).call("GET", "/api/account/v1/user/later/").status == 404)
        }
        try await scene.serve(others[0]) { server in
            try await #expect(APIClient(server).call("GET", "/api/account/v1/user/later/").status == 200)
        }
    }

    @Test("A data directory behind a link is replaced where it is, and the link stays")
    func linkedDirectory() async throws {
        let scene = try await BackupScene()
        let disk = scene.folder.path(of: "disk")
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: false)
        try FileManager.default.moveItem(atPath: scene.folder.path(of: "data"), toPath: "\(disk)/data")
        try FileManager.default.createSymbolicLink(atPath: scene.folder.path(of: "data"), withDestinationPath: "disk/data")
        let result = try await scene.restore(into: "data", ["--replace"])
        #expect(result.status == 0, "\(result)")
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: scene.folder.path(of: "data")) == "disk/data")
        #expect(try scene.others() == ["disk"])
        let names = try FileManager.default.contentsOfDirectory(atPath: disk).sorted()
        #expect(names.count == 2 && names[0] == "data" && names[1].hasPrefix("data.replaced-20"), "\(names)")
        try await scene.serve("data") { server in
            try await #expect(APIClient(server).call("GET", BackupScene.image).status == 200)
        }
    }

    @Test("An empty data directory is used, and what an interrupted restore left in it is removed")
    func empty() async throws {
        let scene = try await BackupScene()
        try scene.folder.write("", to: "restored/restoring/incomplete")
        try scene.folder.write("part", to: "restored/restoring/lighterman.sqlite")
        chmod(scene.folder.path(of: "restored"), 0o700)
        let result = try await scene.restore()
        #expect(result.status == 0, "\(result)")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: scene.folder.path(of: "restored")).sorted() == [
                "lighterman.sqlite", "lock",
            ])
    }

    @Test("After a restore from before a replaced deployment secret, the command says what to run, and the server starts then")
    func formerSecret() async throws {
        let scene = try await BackupScene()
        let data = scene.folder.path(of: "data")
        _ = try await run(Binaries.lighterman, ["rotate", "--deployment-secret", "--data", data]).succeeded()
        let result = try await scene.restore(into: "data", ["--replace"])
        #expect(result.status == 0 && result.stderr.contains("run 'lighterman rotate --deployment-secret'"), "\(result)")
        _ = try await run(Binaries.lighterman, ["rotate", "--deployment-secret", "--data", data]).succeeded()
        try await scene.serve("data") { server in
            try await #expect(APIClient(server).call("GET", BackupScene.image).status == 200)
        }
    }
}
