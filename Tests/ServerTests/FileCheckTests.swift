import Foundation
import TestSupport
import Testing

/// The program rejects files that others could have read or replaced.
@Suite("File checks at start") struct FileCheckTests {
    private func start(_ folder: TemporaryDirectory, _ command: String = "serve", _ arguments: [String] = []) async throws -> Finished {
        let listen = command == "serve" ? ["--listen", "127.0.0.1:0"] : []
        return try await run(Binaries.lighterman, [command, "--data", folder.path(of: "data")] + listen + arguments)
    }

    @Test(
        "The data directory, the database and the key file must be private",
        arguments: [
            ("data", 0o755, 0o700, "chmod 700"), ("data", 0o770, 0o700, "chmod 700"), ("data/lighterman.sqlite", 0o644, 0o600, "chmod 600"),
            ("data/lighterman.sqlite", 0o660, 0o600, "chmod 600"), ("data.kek", 0o644, 0o600, "chmod 600"),
        ])
    func modes(_ name: String, _ wrong: Int, _ right: Int, _ says: String) async throws {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder) { _ in }
        try FileManager.default.setAttributes([.posixPermissions: wrong], ofItemAtPath: folder.path(of: name))
        for command in ["serve", "rotate", "recover"] {
            let refusal = try await start(folder, command)
            #expect(refusal.status == 78 && refusal.stderr.contains("run '\(says) \(folder.path(of: name))'"), "\(refusal.stderr)")
        }
        try FileManager.default.setAttributes([.posixPermissions: right], ofItemAtPath: folder.path(of: name))
        try await LightermanProcess.with(in: folder) { _ in }
    }

    @Test(
        "The data directory, the database and the key file must belong to the server's user", .enabled(if: geteuid() == 0),
        arguments: ["data", "data/lighterman.sqlite", "data.kek"])
    func owners(_ name: String) async throws {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder) { _ in }
        #expect(chown(folder.path(of: name), 65534, 65534) == 0)
        let refusal = try await start(folder)
        #expect(refusal.status == 78 && refusal.stderr.contains("belongs to another user (uid 65534)"), "\(refusal.stderr)")
        #expect(refusal.stderr.contains("'chown -R 0 \(folder.path(of: name))'"))
    }

    @Test("An empty data directory is made private at the first start") func emptyDirectory() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.path(of: "data")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
        try await LightermanProcess.with(in: folder) { _ in
            try #expect(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o700)
        }
    }

    @Test("The server does not start with links as key file or audit log") func links() async throws {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder) { _ in }
        try FileManager.default.createSymbolicLink(atPath: folder.path(of: "link"), withDestinationPath: folder.path(of: "data.kek"))
        let key = try await start(folder, "serve", ["--kek-file", folder.path(of: "link")])
        #expect(key.status == 78 && key.stderr.contains("symbolic link"), "\(key.stderr)")
        let log = try await start(folder, "serve", ["--audit-log", folder.path(of: "link")])
        #expect(log.status == 74 && log.stderr.contains("symbolic link"), "\(log.stderr)")
    }

    @Test("Other processes of the same user can read neither the memory nor the environment of the server") func isNotDumpable()
        async throws
    {
        let folder = try TemporaryDirectory()
        #expect(chown(folder.path, 65534, 65534) == 0 || geteuid() != 0)
        let other = geteuid() == 0 ? ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] : []
        try await LightermanProcess.with(in: folder, wrapper: other.isEmpty ? [] : ["/usr/bin/env"] + other) { server in
            // The system gives the `/proc` files of a non-dumpable process to root. This file shows the user that runs it.
            for file in ["environ", "mem", "maps"] {
                let owner = try FileManager.default.attributesOfItem(atPath: "/proc/\(server.id)/\(file)")[.ownerAccountID] as? Int
                #expect(owner == 0, "\(file)")
            }
            let status = try String(contentsOfFile: "/proc/\(server.id)/status", encoding: .utf8)
            #expect(status.contains(geteuid() == 0 ? "Uid:\t65534\t65534" : "Uid:\t\(geteuid())"))
            let reading = try await run("/usr/bin/env", other + ["cat", "/proc/\(server.id)/environ"])
            #expect(reading.status != 0 && reading.stdout.isEmpty, "the environment can be read")
        }
    }
}
