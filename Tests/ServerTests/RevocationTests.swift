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
        .enabled(if: ProgramPath.find("sqlite3") != nil))
    func restored() async throws {
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

    @Test("A truncated last line of the journal is skipped; any other invalid line stops the start")
    func lines() async throws {
        let folder = try TemporaryDirectory()
        let date = Date(timeIntervalSince1970: 1_700_000_000)
        let file = RevocationFile(folder.path(of: "journal"))
        #expect(try file.entries() == [])
        try file.append([.revoked("4bVn0cQw8ZrT", date)])
        let whole = try String(contentsOfFile: folder.path(of: "journal"), encoding: .utf8)
        let line = try #require(whole.split(separator: "\n").last.map(String.init))
        for length in 1..<line.count {
            let path = try folder.write(whole + line.prefix(length), to: "cut")
            let cut = RevocationFile(path)
            #expect(try cut.entries() == [.revoked("4bVn0cQw8ZrT", date)], "\(length)")
            try cut.append([.revoked("aaaaaaaaaaaa", date)])
            #expect(try cut.entries().last == .revoked("aaaaaaaaaaaa", date))
            try FileManager.default.removeItem(atPath: path)
        }
        for wrong in ["nonsense .", "2026-11-24T06:10:02Z key 4bVn0cQw8ZrT given .", "yesterday key 4bVn0cQw8ZrT revoked ."] {
            let path = try folder.write(whole + wrong + "\n", to: "wrong")
            #expect(throws: StartError.self) { try RevocationFile(path).entries() }
        }
    }

    private static func id(_ key: String) -> String { String(key.split(separator: "_")[1]) }
}
