import Foundation
import TestSupport
import Testing

@Suite("Full disk", .serialized)
struct FullDiskTests {
    private struct Line: Decodable {
        let sequence: Int
        let uuid: String
    }

    private static let isPossible = geteuid() == 0 && ProgramPath.find("unshare") != nil

    @Test(
        "If the data directory is full, the audit log has each action at most once, and is complete after space is freed",
        .enabled(if: isPossible, "SKIPPED: a file system of its own takes root's rights and `unshare`"), .timeLimit(.minutes(3)))
    func auditLog() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.path(of: "audit.log")
        let data = folder.path(of: "data")
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: false)
        let mount = "mount -t tmpfs -o size=16m,mode=700 tmpfs '\(data)' && exec \"$@\""
        let server = try await LightermanProcess(
            in: folder, ["--audit-log", path], wrapper: ["unshare", "--mount", "--propagation", "private", "sh", "-c", mount, "sh"])
        defer { withExtendedLifetime(folder) {} }
        let client = try APIClient(server)
        // After that, SQLite overwrites its write-ahead log, so some changes succeed on a full disk.
        for number in 0..<200 { try await client.makeUser("before\(number)") }
        let filler = "/proc/\(server.id)/root\(data)/filler"
        try Self.fill(filler)
        var acknowledged = 0
        for number in 0..<60 {
            let answer = try await client.call("POST", "/api/account/v1/user/", #"{"name": "during\#(number)"}"#)
            if answer.status == 201 { acknowledged += 1 }
        }
        try await Task.sleep(for: .seconds(4))
        #expect(acknowledged > 0)
        let during = try Self.lines(path)
        #expect(Set(during.map(\.sequence)).count == during.count, "no line is there twice")
        #expect(unlink(filler) == 0)
        for number in 0..<5 { try await client.makeUser("after\(number)") }
        let actions = try await client.actions()
        let end = ContinuousClock.now + .seconds(30)
        let uuids = Set(actions.map(\.uuid))
        while try !uuids.isSubset(of: Self.lines(path).map(\.uuid)), ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(50))
        }
        let lines = try Self.lines(path)
        // The number of failures that have no action of their own is an action that changes later, with a line for each change.
        #expect(uuids.isSubset(of: lines.map(\.uuid)))
        #expect(Set(lines.map(\.sequence)).count == lines.count)
        #expect(lines.map(\.sequence) == lines.map(\.sequence).sorted())
        print("\(acknowledged) of 60 changes were acknowledged while the disk was full")
        #expect(try await server.stop() == 0)
    }

    private static let hasAppendOnlyFiles = isPossible && ProgramPath.find("chattr") != nil && ProgramPath.find("mkfs.ext4") != nil

    @Test(
        "An append-only audit log on a full disk has each action once",
        .enabled(if: hasAppendOnlyFiles, "SKIPPED: a file system of its own takes root's rights, `unshare`, `mkfs.ext4` and `chattr`"),
        .timeLimit(.minutes(3)))
    func appendOnly() async throws {
        let folder = try TemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        let (disk, image) = (folder.path(of: "disk"), folder.path(of: "image"))
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: false)
        let mount = """
            truncate -s 8M '\(image)' && mkfs.ext4 -q -m 0 '\(image)' && mount -o loop '\(image)' '\(disk)' && chmod 700 '\(disk)' && exec "$@"
            """
        let server = try await LightermanProcess(
            in: folder, ["--audit-log", "\(disk)/audit.log"],
            wrapper: ["unshare", "--mount", "--propagation", "private", "sh", "-c", mount, "sh"])
        let inside = "/proc/\(server.id)/root\(disk)"
        let client = try APIClient(server)
        for number in 0..<5 { try await client.makeUser("before\(number)") }
        try await Self.has(5, in: "\(inside)/audit.log")
        try await Self.run("chattr", "+a", "\(inside)/audit.log")
        try Self.fill("\(inside)/filler")
        for number in 0..<100 { try await client.makeUser("during\(number)") }
        // Room for some of the lines at a time.
        for _ in 0..<4 {
            let size = try #require(try FileManager.default.attributesOfItem(atPath: "\(inside)/filler")[.size] as? NSNumber).int64Value
            #expect(truncate("\(inside)/filler", off_t(size - 8192)) == 0)
            try await Task.sleep(for: .seconds(2))
        }
        let during = try Self.lines("\(inside)/audit.log")
        #expect(during.count > 5 && during.count < 105, "the disk was full in between")
        #expect(unlink("\(inside)/filler") == 0)
        try await Self.has(105, in: "\(inside)/audit.log")
        let lines = try Self.lines("\(inside)/audit.log")
        try await #expect(lines.map(\.uuid) == client.actions().map(\.uuid))
        try await Self.run("chattr", "-a", "\(inside)/audit.log")
        #expect(try await server.stop() == 0)
    }

    /// Waits until the file has this many lines.
    private static func has(_ count: Int, in path: String) async throws {
        let end = ContinuousClock.now + .seconds(30)
        while ((try? lines(path).count) ?? 0) < count, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(50)) }
    }

    private static func run(_ program: String, _ arguments: String...) async throws {
        _ = try await TestSupport.run(program, arguments).succeeded()
    }

    /// The complete lines.
    private static func lines(_ path: String) throws -> [Line] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").compactMap {
            try? JSONDecoder().decode(Line.self, from: Data($0.utf8))
        }
    }

    /// Writes until the disk is full.
    private static func fill(_ path: String) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        try #require(file >= 0)
        defer { close(file) }
        let block = [UInt8](repeating: 0, count: 4096)
        for _ in 0..<(64 << 8) where write(file, block, block.count) != block.count { return }
        Issue.record("the disk did not fill up")
    }
}
