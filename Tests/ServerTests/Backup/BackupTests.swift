import Foundation
import TestSupport
import Testing

@testable import Server

@Suite("Backups") struct BackupTests {
    @Test("A backup beside a running server is a private tar archive without keys")
    func contents() async throws {
        let scene = try await BackupScene()
        let mode = try FileManager.default.attributesOfItem(atPath: scene.backup)[.posixPermissions] as? NSNumber
        #expect(mode?.intValue == 0o600)
        #expect(try scene.others().isEmpty, "there are no temporary files")
        let list = try await run("tar", ["-tf", scene.backup]).succeeded()
        #expect(list == "manifest.json\nrevocations\nlighterman.sqlite\n")
        let bytes = try Data(contentsOf: URL(filePath: scene.backup))
        let kek = try String(contentsOfFile: scene.folder.path(of: "data.kek"), encoding: .utf8)
        let secrets = kek.split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init) + [scene.key, "sesame"]
        #expect(secrets.count == 3)
        for secret in secrets { #expect(bytes.range(of: Data(secret.utf8)) == nil) }
        let raw = try #require(Data(base64Encoded: secrets[0]))
        #expect(bytes.range(of: raw) == nil)
        let manifest = try await run("tar", ["-xOf", scene.backup, "manifest.json"]).succeeded()
        let found = try BackupManifest(parsing: Array(manifest.utf8), of: "backup")
        let journal = try await run("tar", ["-xOf", scene.backup, "revocations"]).succeeded()
        #expect(found.format == 1 && found.lighterman == "0.1.0" && journal.contains("rows \(found.deployment) signed"))
    }

    @Test("An existing file, a directory without data and a missing journal are refused, and nothing is stored")
    func refusals() async throws {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder) { _ in }
        let (file, data) = (folder.path(of: "backup.tar"), folder.path(of: "data"))
        let existing = try await run(Binaries.lighterman, ["backup", folder.path(of: "data.kek"), "--data", data])
        #expect(existing.status == 64 && existing.stderr.contains("exists: choose another name"), "\(existing)")
        for (arguments, status, says) in [
            (["--data", folder.path(of: "nothing")], Int32(78), "has no data yet"),
            (
                ["--data", data, "--revocations", folder.path(of: "nothing")], 78,
                "the revocation journal '\(folder.path(of: "nothing"))' is missing"
            ),
        ] {
            let result = try await run(Binaries.lighterman, ["backup", file] + arguments)
            #expect(result.status == status && result.stderr.contains(says) && result.stderr.split(separator: "\n").count == 1, "\(result)")
        }
        let elsewhere = try await run(Binaries.lighterman, ["backup", folder.path(of: "none/backup.tar"), "--data", data])
        #expect(elsewhere.status == 74 && elsewhere.stderr.contains("No such file or directory"), "\(elsewhere)")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(Set(names) == ["data", "data.kek", "data.env", "data.revoked"])
    }

    @Test("A file that appears while a backup is written is not replaced")
    func occupied() throws {
        let folder = try TemporaryDirectory()
        let path = folder.path(of: "backup.tar")
        for (index, name) in ["backup.tar", "other.tar"].enumerated() {
            let file = try NewFile(path)
            defer { file.close() }
            try file.write(Array("new".utf8))
            _ = try folder.write(Array("other".utf8), to: name)
            if index == 0 {
                let error = #expect(throws: StartError.self) { try file.publish() }
                #expect(error?.kind == .usage && error?.description.contains("exists now, and was not replaced") == true)
                #expect(try String(contentsOfFile: path, encoding: .utf8) == "other")
                try FileManager.default.removeItem(atPath: path)
            } else {
                try file.publish()
                #expect(try String(contentsOfFile: path, encoding: .utf8) == "new")
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["backup.tar", "other.tar"])
    }

    @Test("An interrupted backup leaves no file", .enabled(if: ProgramPath.find("sqlite3") != nil, "sqlite3 is not installed"))
    func interrupted() async throws {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder) { _ in }
        let interruption = Interruption()
        interruption.request()
        let writer = BackupWriter(
            data: folder.path(of: "data"), journal: RevocationFile(folder.path(of: "data.revoked")), interruption: interruption)
        let error = #expect(throws: StartError.self) { try writer.write(to: folder.path(of: "backup.tar")) }
        #expect(error?.kind == .interrupted)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(Set(names) == ["data", "data.kek", "data.env", "data.revoked"])
    }

    @Test(
        "A full disk ends a backup with one line and leaves no file",
        .enabled(if: geteuid() == 0 && ProgramPath.find("unshare") != nil, "root and unshare are needed"),
        arguments: ["64k", "600k"])
    func fullDisk(_ size: String) async throws {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder) { _ in }
        let disk = folder.path(of: "disk")
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: false)
        let script = """
            mount -t tmpfs -o size=\(size) tmpfs '\(disk)' && "$1" backup '\(disk)/backup.tar' --data '\(folder.path(of: "data"))'
            echo "status $?"; ls -A '\(disk)'
            """
        let result = try await run(
            "unshare", ["--mount", "--propagation", "private", "sh", "-c", script, "sh", Binaries.lighterman])
        #expect(result.stdout == "status 74\n", "\(result)")
        let lines = result.stderr.split(separator: "\n")
        #expect(lines.count == 1 && lines[0].contains("full") || lines[0].contains("No space left"), "\(result)")
    }

    @Test("A backup while the server writes is consistent, and both go on")
    func underLoad() async throws {
        let folder = try TemporaryDirectory()
        let backup = folder.path(of: "backup.tar")
        try await LightermanProcess.with(in: folder) { server in
            let admin = try APIClient(server)
            try await withThrowingTaskGroup { group in
                group.addTask { for number in 0..<60 { try await admin.makeUser("user\(number)") } }
                for number in 0..<3 {
                    let result = try await run(Binaries.lighterman, ["backup", "\(backup).\(number)", "--data", folder.path(of: "data")])
                    #expect(result.status == 0, "\(result)")
                }
                try await group.waitForAll()
            }
            try await #expect(admin.call("GET", "/api/account/v1/user/user59/").status == 200)
        }
        for number in 0..<3 {
            let result = try await run(
                Binaries.lighterman,
                [
                    "restore", "\(backup).\(number)", "--data", folder.path(of: "copy\(number)"), "--kek-file", folder.path(of: "data.kek"),
                    "--revocations", folder.path(of: "data.revoked"),
                ])
            #expect(result.status == 0, "\(result)")
        }
    }
}
