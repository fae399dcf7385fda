import Foundation
import TestSupport
import Testing

@Suite("Settings") struct SettingsTests {
    @Test("Options override the environment, which overrides the file") func comeInOrder() async throws {
        let folder = try TemporaryDirectory()
        let file = try folder.write(#"{"admin": "from-file", "log-format": "json", "log-level": "error"}"#, to: "config.json")
        let environment = ["LIGHTERMAN_ADMIN": "from-environment", "LIGHTERMAN_LOG_LEVEL": "debug", "LIGHTERMAN_CONFIG": file]
        try await LightermanProcess.with(in: folder, ["--admin", "from-option"], environment: environment) { server in
            try #expect(server.administratorEnvironment()["DOCKERCLOUD_USER"] == "from-option")
            let lines = server.log.split(separator: "\n")
            #expect(!lines.isEmpty && lines.allSatisfy { $0.hasPrefix("{") }, "the file's format: \(server.log)")
            #expect(server.log.contains("created a key-encryption key"), "the environment's level, above which the file's is")
        }
    }

    @Test("Settings have the documented defaults") func haveDefaults() async throws {
        let help = try await run(Binaries.lighterman, ["serve", "--help"]).succeeded()
        for text in ["127.0.0.1:8080", "./lighterman-data", "DATA.env", "DATA.kek", "Exit codes: 64 usage", "default: 15", "default: 400"] {
            #expect(help.contains(text), "\(text)")
        }
    }

    @Test("The key can be set in the environment, with a warning") func mayGiveTheKey() async throws {
        let folder = try TemporaryDirectory()
        let key = Data((0..<32).map { _ in UInt8.random(in: 0...255) }).base64EncodedString()
        for _ in 0..<2 {
            try await LightermanProcess.with(in: folder, environment: ["LIGHTERMAN_KEK": key]) { server in
                #expect(server.log.contains("LIGHTERMAN_KEK"))
                #expect(!server.log.contains(key))
                try await #expect(APIClient(server).call("GET", "/api/repo/v1/repository/").status == 200)
            }
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path(of: "data.kek")))
    }

    @Test("The key can be set as a systemd credential, which takes precedence") func mayGiveASystemdCredential() async throws {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder) { _ in }
        let credentials = folder.path(of: "credentials")
        try FileManager.default.createDirectory(atPath: credentials, withIntermediateDirectories: true)
        try FileManager.default.moveItem(atPath: folder.path(of: "data.kek"), toPath: "\(credentials)/lighterman-kek")
        let environment = ["CREDENTIALS_DIRECTORY": credentials, "LIGHTERMAN_KEK": "not a key"]
        try await LightermanProcess.with(in: folder, environment: environment) { server in
            try await #expect(APIClient(server).call("GET", "/api/repo/v1/repository/").status == 200)
        }
    }

    @Test("The audit log and its retention can be set in the environment and in the file") func mayNameTheAuditLog() async throws {
        let folder = try TemporaryDirectory()
        let log = folder.path(of: "from-environment")
        let file = try folder.write(#"{"audit-retention": 36500, "audit-log": "\#(folder.path(of: "from-file"))"}"#, to: "config.json")
        try await LightermanProcess.with(in: folder, ["--config", file], environment: ["LIGHTERMAN_AUDIT_LOG": log]) { server in
            try await APIClient(server).makeUser("carol")
        }
        let line = try String(contentsOfFile: log, encoding: .utf8)
        #expect(line.contains("/api/account/v1/user/carol/"))
        #expect(!FileManager.default.fileExists(atPath: folder.path(of: "from-file")))
    }
}
