import Foundation
import TestSupport
import Testing

@Suite("Refused backups", .serialized) struct RestoreRefusalTests {
    /// Expects that a restore is refused with one line, and that nothing changes.
    private func expectRefusal(
        _ scene: BackupScene, _ file: String, kek: String = "data.kek", revocations: String = "data.revoked", status: Int32, _ says: String,
        _ comment: String = ""
    ) async throws {
        let journal = try String(contentsOfFile: scene.folder.path(of: "data.revoked"), encoding: .utf8)
        for (data, more) in [("restored", []), ("data", ["--replace"])] {
            let database = try? Data(contentsOf: URL(filePath: scene.folder.path(of: "data/lighterman.sqlite")))
            let before = try scene.others()
            let result = try await scene.restore(file, into: data, kek: kek, revocations: revocations, more)
            #expect(result.status == status && result.stderr.contains(says) && result.stdout.isEmpty, "\(comment) \(result)")
            #expect(result.stderr.split(separator: "\n").count == 1, "\(comment) \(result)")
            try #expect(scene.others() == before, "\(comment)")
            #expect(try Data(contentsOf: URL(filePath: scene.folder.path(of: "data/lighterman.sqlite"))) == database)
        }
        try #expect(String(contentsOfFile: scene.folder.path(of: "data.revoked"), encoding: .utf8) == journal)
    }

    @Test("A backup that is cut short anywhere, or in which bytes were changed, is refused")
    func damaged() async throws {
        let scene = try await BackupScene()
        let bytes = try [UInt8](Data(contentsOf: URL(filePath: scene.backup)))
        for length in [0, 100, 512, 700, 2000, bytes.count / 2, bytes.count - 1024, bytes.count - 1] {
            let file = try scene.folder.write(Array(bytes[..<length]), to: "damaged.tar")
            let says = length < 512 ? "is not a backup of lighterman" : length == 512 ? "is cut short" : "is cut short"
            try await expectRefusal(scene, file, status: 65, says, "\(length) bytes")
        }
        for offset in [bytes.count / 3, bytes.count - 2000] {
            var changed = bytes
            changed[offset] ^= 0x10
            let file = try scene.folder.write(changed, to: "damaged.tar")
            try await expectRefusal(scene, file, status: 65, "the checksum of 'lighterman.sqlite' differs", "byte \(offset)")
        }
        let text = try scene.folder.write("This is no archive.\n", to: "damaged.tar")
        try await expectRefusal(scene, text, status: 65, "is not a backup of lighterman")
        try await expectRefusal(scene, scene.folder.path(of: "none.tar"), status: 74, "No such file or directory")
    }

    @Test("A backup of a newer version is refused", arguments: [#""schema":"#, #""format":"#])
    func newer(_ member: String) async throws {
        let scene = try await BackupScene()
        var bytes = try Data(contentsOf: URL(filePath: scene.backup))
        let place = try #require(bytes.range(of: Data(member.utf8)))
        bytes[place.upperBound] = UInt8(ascii: "9")
        let file = try scene.folder.write([UInt8](bytes), to: "newer.tar")
        try await expectRefusal(scene, file, status: 78, "is from a newer lighterman (0.1.0, ")
    }

    @Test("A backup of another deployment, or without the keys of its own, is refused")
    func otherDeployment() async throws {
        let scene = try await BackupScene()
        let other = try await BackupScene()
        for file in ["data.kek", "data.revoked"] {
            try FileManager.default.copyItem(atPath: other.folder.path(of: file), toPath: scene.folder.path(of: "other.\(file)"))
        }
        try await expectRefusal(scene, scene.backup, kek: "other.data.kek", status: 78, "and the configured key is")
        try await expectRefusal(scene, scene.backup, kek: "none", status: 78, "and no key is configured")
        try await expectRefusal(
            scene, scene.backup, revocations: "other.data.revoked", status: 78, "is of another deployment than the backup")
        let data = try await scene.restore(
            other.backup, into: "data", kek: "other.data.kek", revocations: "other.data.revoked", ["--replace"])
        #expect(data.status == 78 && data.stderr.contains("restore it into another directory with --data"), "\(data)")
        // A key file that lost its last characters.
        let kek = try String(contentsOfFile: scene.folder.path(of: "data.kek"), encoding: .utf8)
        try scene.folder.write(String(kek.dropLast(5)), to: "cut.kek")
        chmod(scene.folder.path(of: "cut.kek"), 0o600)
        try await expectRefusal(scene, scene.backup, kek: "cut.kek", status: 78, "does not contain key-encryption keys")
    }

    @Test("A restore over the data of a running server is refused")
    func running() async throws {
        let scene = try await BackupScene()
        try await scene.serve("data") { server in
            let result = try await scene.restore(into: "data", ["--replace"])
            #expect(result.status == 69 && result.stderr.contains("another process uses the data"), "\(result)")
            try await #expect(APIClient(server).call("GET", BackupScene.image).status == 200)
        }
        #expect(try scene.others().isEmpty)
    }
}
