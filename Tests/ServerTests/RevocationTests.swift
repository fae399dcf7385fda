import Domain
import Foundation
import Operations
import TestSupport
import Testing

@testable import Server

@Suite("Revocations and older copies of the data")
struct RevocationTests {
    @Test(
        "An older copy of the data revives no revoked key, no disabled account and no robot's key",
        .enabled(if: ProgramPath.find("sqlite3") != nil, "sqlite3 is not installed"), arguments: ["\n", "\r\n", "  \t\n"])
    func restored(endOfLine: String) async throws {
        let folder = try TemporaryDirectory()
        let (database, copy) = (folder.path(of: "data/lighterman.sqlite"), folder.path(of: "copy.sqlite"))
        var keys: [String] = []
        try await LightermanProcess.with(in: folder) { server in
            let admin = try APIClient(server)
            for user in ["carol", "dave"] { try await admin.makeUser(user) }
            try await #expect(admin.call("POST", "/api/account/v1/organization/", #"{"name": "acme"}"#).status == 201)
            try await #expect(admin.call("POST", "/api/account/v1/acme/robot/", #"{"name": "ci", "permission": "read"}"#).status == 201)
            for account in ["admin", "carol", "acme+ci", "dave"] {
                keys.append(try #require(try await admin.makeKey(#"{"account": "\#(account)"}"#).key))
            }
            _ = try await run("sqlite3", [database, ".backup \(copy)"]).succeeded()
            try await #expect(admin.call("DELETE", "/api/account/v1/apikey/\(Self.id(keys[0]))/").status == 204)
            try await #expect(admin.call("PATCH", "/api/account/v1/user/carol/", #"{"is_disabled": true}"#).status == 202)
            try await #expect(admin.call("DELETE", "/api/account/v1/acme/robot/ci/").status == 204)
            try await server.killAtOnce()
        }
        for file in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: database + file) }
        try FileManager.default.moveItem(atPath: copy, toPath: database)
        let journal = try String(contentsOfFile: folder.path(of: "data.revoked"), encoding: .utf8)
        try Data(journal.replacingOccurrences(of: "\n", with: endOfLine).utf8).write(to: URL(filePath: folder.path(of: "data.revoked")))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: database)
        try await LightermanProcess.with(in: folder, ["--log-format", "json"]) { server in
            for (key, account) in zip(keys, ["admin", "carol", "acme+ci"]) {
                let client = APIClient(server, account: account, key: key)
                try await #expect(client.call("GET", "/api/repo/v1/repository/").status == 401, "\(account)")
            }
            try await #expect(APIClient(server, account: "dave", key: keys[3]).call("GET", "/api/repo/v1/repository/").status == 200)
            #expect(server.log.contains("the data is older than its revocations"))
            #expect(server.log.contains(/"revocations":[0-9]/))
            let actions = try await APIClient(server).actions().filter { $0.user_agent == "lighterman revocations" }
            #expect(Set(actions.map(\.object)) == ["/api/account/v1/apikey/\(Self.id(keys[0]))/"])
        }
        // The next start has nothing to apply.
        try await LightermanProcess.with(in: folder) { #expect(!$0.log.contains("older than its revocations")) }
    }

    @Test("A revocation is in the private journal file before its response; --revocations sets the file")
    func file() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.path(of: "elsewhere")
        try await LightermanProcess.with(in: folder, ["--revocations", path]) { server in
            let admin = try APIClient(server)
            let key = try await admin.makeKey()
            try await #expect(admin.call("DELETE", "/api/account/v1/apikey/\(key.id)/").status == 204)
            let text = try String(contentsOfFile: path, encoding: .utf8)
            #expect(text.hasPrefix("# ") && text.contains(" key \(key.id) revoked .\n") && text.contains(" signed .\n"))
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
            #expect(mode?.intValue == 0o600)
            #expect(!FileManager.default.fileExists(atPath: folder.path(of: "data.revoked")))
        }
    }

    @Test(
        "A start without the journal of the data is refused and creates no file; doctor rebuilds the journal",
        arguments: ["missing", "empty", "heading", "shortened", "blank"])
    func lost(_ damage: String) async throws {
        let folder = try TemporaryDirectory()
        let path = folder.path(of: "data.revoked")
        let key = try await LightermanProcess.with(in: folder) { server in
            let admin = try APIClient(server)
            let key = try await admin.makeKey()
            try await #expect(admin.call("DELETE", "/api/account/v1/apikey/\(key.id)/").status == 204)
            return try #require(key.key)
        }
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        switch damage {
        case "missing": try FileManager.default.removeItem(atPath: path)
        case "empty": try Data().write(to: URL(filePath: path))
        case "heading": try Data("\(lines[0])\n".utf8).write(to: URL(filePath: path))
        case "shortened": try Data(lines.dropLast().map { "\($0)\n" }.joined().utf8).write(to: URL(filePath: path))
        default: try Data("\n \r\n\n".utf8).write(to: URL(filePath: path))
        }
        for command in [["serve", "--listen", "127.0.0.1:0"], ["doctor"]] {
            let refusal = try await run(Binaries.lighterman, command + ["--data", folder.path(of: "data")])
            #expect(refusal.status == 78 && refusal.stderr.contains("lighterman doctor --rebuild-journal"), "\(refusal)")
            #expect(refusal.stderr.contains("the revocation journal '\(path)'"))
            #expect(FileManager.default.fileExists(atPath: path) == (damage != "missing"))
        }
        let rebuilt = try await run(Binaries.lighterman, ["doctor", "--data", folder.path(of: "data"), "--rebuild-journal"])
        #expect(rebuilt.status == 0 && rebuilt.stdout.contains(#/added [1-9][0-9]* entries to /#), "\(rebuilt)")
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.contains(" key \(Self.id(key)) revoked .\n") && text.contains(":admin given .\n"))
        try await LightermanProcess.with(in: folder) { server in
            try await #expect(APIClient(server, account: "admin", key: key).call("GET", "/api/repo/v1/repository/").status == 401)
            let actions = try await APIClient(server).actions().filter { $0.action == "Journal Rebuild" }
            #expect(actions.map(\.is_user_action) == [true])
        }
    }

    @Test("A start warns of a last line of the journal that is cut off")
    func cutLine() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.path(of: "data.revoked")
        try await LightermanProcess.with(in: folder) { #expect(!$0.log.contains("is incomplete")) }
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try Data((text + "2026-11-24T06:10:02Z key 4bVn0cQ").utf8).write(to: URL(filePath: path))
        try await LightermanProcess.with(in: folder) {
            #expect($0.log.contains("the last line of the revocation journal is incomplete and was skipped"))
        }
    }

    private static func id(_ key: String) -> String { String(key.split(separator: "_")[1]) }
}
