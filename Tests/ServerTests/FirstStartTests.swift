import Foundation
import TestSupport
import Testing

@Suite("First start") struct FirstStartTests {
    @Test("The first start creates the data, the key next to it and the administrator's file, all private") func makesPrivateFiles()
        async throws
    {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder) { server in
            try #expect(mode(folder.path(of: "data")) == 0o700)
            let files = ["data.kek", "data.env", "data/lighterman.sqlite", "data/lighterman.sqlite-wal", "data/lock", "data/address"]
            for file in files { try #expect(mode(folder.path(of: file)) == 0o600, "\(file)") }
            try #expect(String(contentsOfFile: folder.path(of: "data/address"), encoding: .utf8) == "\(server.url)\n")
            #expect(server.stdout == "listening on \(server.url)\n")
        }
        try #expect(
            FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["data", "data.env", "data.kek", "data.revoked"])
    }

    @Test("The first start writes a working key, in three lines for a shell") func handsOverAWorkingKey() async throws {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder) { server in
            let lines = try String(contentsOfFile: folder.path(of: "data.env"), encoding: .utf8).split(separator: "\n")
            #expect(lines.count == 3)
            let environment = try server.administratorEnvironment()
            #expect(environment["DOCKERCLOUD_REST_HOST"] == server.url)
            #expect(environment["DOCKERCLOUD_USER"] == "admin")
            try await #expect(APIClient(server).call("GET", "/api/repo/v1/repository/").status == 200)
            #expect(server.log.contains("delete the file"))
        }
    }

    @Test("A crash reveals no memory: there is no core dump and no backtrace") func showsNoMemory() async throws {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder) { server in
            let limits = try String(contentsOfFile: "/proc/\(server.id)/limits", encoding: .utf8).split(separator: "\n")
            let core = try #require(limits.first { $0.hasPrefix("Max core file size") })
            #expect(core.split(separator: " ").filter { Int($0) != nil } == ["0", "0"])
            let environment = try String(contentsOfFile: "/proc/\(server.id)/environ", encoding: .utf8).split(separator: "\0")
            #expect(environment.contains("SWIFT_BACKTRACE=enable=no"))
        }
    }

    @Test("The first start takes the names of the administrator and of the files from its options") func takesNames() async throws {
        let folder = try TemporaryDirectory()
        let options = ["--admin", "carol", "--admin-env", folder.path(of: "carol.env"), "--kek-file", folder.path(of: "key")]
        try await LightermanProcess.with(in: folder, options + ["--public-url", "https://lighterman.example/"]) { _ in
            let text = try String(contentsOfFile: folder.path(of: "carol.env"), encoding: .utf8)
            #expect(text.contains("export DOCKERCLOUD_USER=carol\n"))
            #expect(text.contains("export DOCKERCLOUD_REST_HOST=https://lighterman.example\n"))
            try #expect(mode(folder.path(of: "key")) == 0o600)
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path(of: "data.kek")))
    }

    @Test("Later starts keep the key and update the address") func isFollowedByOthers() async throws {
        let folder = try TemporaryDirectory()
        let first = try await LightermanProcess.with(in: folder) { try $0.administratorEnvironment() }
        try await LightermanProcess.with(in: folder) { server in
            let second = try server.administratorEnvironment()
            #expect(second["DOCKERCLOUD_APIKEY"] == first["DOCKERCLOUD_APIKEY"])
            #expect(second["DOCKERCLOUD_REST_HOST"] == server.url)
            try await #expect(APIClient(server).call("GET", "/api/repo/v1/repository/").status == 200)
        }
        try FileManager.default.removeItem(atPath: folder.path(of: "data.env"))
        try await LightermanProcess.with(in: folder) { server in
            #expect(!server.log.contains("delete the file"))
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path(of: "data.env")))
    }

    private func mode(_ path: String) throws -> Int? {
        (try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber)?.intValue
    }
}
