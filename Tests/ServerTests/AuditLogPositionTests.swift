import Domain
import Foundation
import Logging
import Operations
import Storage
import StorageSQLite
import TestSupport
import Testing

@testable import Server

@Suite("Position of the audit log", .timeLimit(.minutes(1)))
struct AuditLogPositionTests {
    /// A deployment with actions, and the files next to it.
    private struct Place {
        let backend: TestBackend
        let folder: TemporaryDirectory
        let captured = CapturedLog()
        let log: String
        var position: String

        init(actions: Int) async throws {
            backend = try await TestBackend()
            folder = try TemporaryDirectory()
            (log, position) = (folder.path(of: "audit.log"), folder.path(of: "position"))
            try await add(0..<actions)
        }

        func add(_ numbers: Range<Int>) async throws {
            for number in numbers { try await backend.register("registry.example/image-\(number)") }
        }

        /// Runs the audit log from start to shutdown.
        func write(batch: Int = 3, for time: Duration = .milliseconds(60), _ body: () async throws -> Void = {}) async throws {
            let service = AuditLog(
                backend: backend.backend, logger: captured.logger(), file: try AppendedFile(log), position: position,
                pause: .milliseconds(5), batch: batch)
            try await running(service) {
                try await body()
                try await Task.sleep(for: time)
            }
        }

        var text: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }

        /// The sequence numbers of the actions in the log.
        var sequences: [Int] {
            text.split(separator: "\n").compactMap { TrailPosition(line: String($0))?.sequence }
        }

        func replaceLog(with text: String) throws { try folder.write(text, to: "audit.log") }
        func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: path) }
    }

    @Test("Each line is appended once, even if the position cannot be stored, and the failure is reported once")
    func unwritablePosition() async throws {
        var place = try await Place(actions: 7)
        place.position = place.folder.path(of: "missing/position")
        try await place.write {
            try await place.add(7..<9)
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(place.sequences == Array(1...9))
        #expect(place.captured.lines.count == 1 && place.captured.text.contains("position cannot be stored"), "\(place.captured.text)")
        try await place.add(9..<10)
        try await place.write()
        #expect(place.sequences == Array(1...10), "the last line says where it goes on")
    }

    @Test("A resolved failure is reported once more")
    func over() async throws {
        var place = try await Place(actions: 1)
        place.position = place.folder.path(of: "missing/position")
        try await place.write {
            try await Task.sleep(for: .milliseconds(50))
            try FileManager.default.createDirectory(atPath: place.folder.path(of: "missing"), withIntermediateDirectories: false)
        }
        #expect(place.captured.lines.last == "notice resolved: the audit log's position cannot be stored")
        #expect(try TrailPosition(text: String(contentsOfFile: place.position, encoding: .utf8))?.sequence == 1)
    }

    @Test("If a crash leaves the position file behind the log, no line is repeated")
    func crash() async throws {
        let place = try await Place(actions: 4)
        try await place.write()
        let old = try String(contentsOfFile: place.position, encoding: .utf8)
        try await place.add(4..<10)
        try await place.write()
        try place.folder.write(old, to: "position")
        try await place.write()
        try place.remove(place.position)
        try await place.write()
        #expect(place.sequences == Array(1...10))
    }

    @Test("After the log is moved or truncated, it continues with the next action", arguments: [true, false])
    func moved(isTruncated: Bool) async throws {
        let place = try await Place(actions: 4)
        try await place.write()
        if isTruncated { try place.replaceLog(with: "") } else { try place.remove(place.log) }
        try await place.add(4..<6)
        try await place.write()
        #expect(place.sequences == [5, 6])
    }

    @Test("The position is not lost if the log is moved away while it is ahead of the position file")
    func movedAfterCrash() async throws {
        let place = try await Place(actions: 4)
        try await place.write()
        try place.remove(place.position)
        try await place.write()
        try place.remove(place.log)
        try await place.add(4..<5)
        try await place.write()
        #expect(place.sequences == [5])
    }

    @Test("A partial last line is ended, and its action is written again in full")
    func half() async throws {
        let place = try await Place(actions: 5)
        try await place.write()
        let lines = place.text.split(separator: "\n")
        try place.replaceLog(with: lines.prefix(4).joined(separator: "\n") + "\n" + lines[4].prefix(30))
        try place.remove(place.position)
        try await place.add(5..<6)
        try await place.write()
        #expect(place.sequences == Array(1...6))
        #expect(place.text.split(separator: "\n").count == 7 && place.text.hasSuffix("}\n"))
    }

    @Test(
        "If the position is known, the last line of the log is ignored",
        arguments: [
            "Nov 24 06:10:02 host kernel: hello\n", "{}\n", "[]\n", "\n", "{\"uuid\": 5}\n", "\u{0}\u{1}\n",
            "{\"sequence\": 4, \"uuid\": \"5f2b1c9e-3d4a-4b6c-8d7e-0f1a2b3c4d5e\"}\n", String(repeating: "x", count: 300_000) + "\n",
        ])
    func foreign(line: String) async throws {
        let place = try await Place(actions: 3)
        try place.replaceLog(with: line)
        try await place.write()
        #expect(place.sequences.suffix(3) == [1, 2, 3])
        try place.replaceLog(with: place.text + line)
        try await place.add(3..<5)
        try await place.write()
        #expect(place.sequences.suffix(2) == [4, 5])
        #expect(place.sequences.count(where: { $0 == 3 }) == 1)
    }

    @Test("An unreadable position file is replaced by the position in the log", arguments: ["", "garbage", "1 2 3\n", "\u{0}\u{0}"])
    func garbage(text: String) async throws {
        let place = try await Place(actions: 3)
        try await place.write()
        try place.folder.write(text, to: "position")
        try await place.add(3..<4)
        try await place.write()
        #expect(place.sequences == Array(1...4))
        #expect(try TrailPosition(text: String(contentsOfFile: place.position, encoding: .utf8))?.sequence == 4)
    }

    @Test("The position file of an earlier version, with the identifier alone, is accepted")
    func earlier() async throws {
        let place = try await Place(actions: 3)
        let id = try await place.backend.backend.actions(after: 0, limit: 10)[1].action.id
        try place.folder.write("\(id.uuidString.lowercased())\n", to: "position")
        try await place.write()
        #expect(place.sequences == [3])
    }

    @Test("The position file is overwritten in place")
    func inPlace() async throws {
        let place = try await Place(actions: 1)
        try await place.write()
        let before = try FileManager.default.attributesOfItem(atPath: place.position)
        try await place.add(1..<2)
        try await place.write()
        let after = try FileManager.default.attributesOfItem(atPath: place.position)
        for key in [FileAttributeKey.systemFileNumber, .size, .posixPermissions] {
            #expect((before[key] as? NSNumber) == (after[key] as? NSNumber) && before[key] != nil, "\(key)")
        }
    }

    @Test(
        "An action in progress delays no others, and gets a second line with its outcome, also from another process",
        arguments: [true, false])
    func inProgress(isOtherProcess: Bool) async throws {
        let place = try await Place(actions: 1)
        var begun = try #require(try await place.backend.backend.actions(after: 0, limit: 1).first).action
        begun = Action(
            id: UUID(), namespace: begun.namespace, kind: begun.kind, object: begun.object, state: .inProgress, started: begun.started,
            ended: begun.ended, origin: begun.origin)
        try await place.backend.store.write { [begun] in try $0.record(begun) }
        try await place.add(1..<2)
        try await place.write()
        #expect(place.sequences == [1, 2, 3])
        if isOtherProcess {
            try await place.backend.backend.endLostActions()
        } else {
            (begun.state, begun.status, begun.reason) = (.failed, 404, "no such tag")
            try await place.backend.store.write { [begun] in try $0.end(begun) }
        }
        try await place.add(2..<3)
        try await place.write()
        #expect(place.sequences == [1, 2, 3, 4, 5])
        let lines = try String(contentsOfFile: place.log, encoding: .utf8).split(separator: "\n").filter {
            $0.contains(begun.id.uuidString.lowercased())
        }
        #expect(lines.count == 2 && lines.first?.contains(#""state":"In progress""#) == true)
        #expect(lines.last?.contains(isOtherProcess ? #""state":"Unknown""# : #""reason":"no such tag""#) == true, "\(lines)")
    }

    @Test("Lines of a partial write count as appended, also one that lacks only its line break")
    func partial() {
        let lines = ["a", "bb", "ccc"]
        let counts = (-1...9).map { AppendedFile.count(of: lines, in: $0) }
        #expect(counts == [0, 0, 1, 1, 1, 2, 2, 2, 2, 3, 3])
    }

    @Test(
        "The last complete line of a file is found",
        arguments: [
            ("", nil), ("a", nil), ("a\n", "a"), ("\n", ""), ("a\nb", "a"), ("a\nb\n", "b"), ("a\n\n", ""), ("a\nb\nc", "b"),
            (String(repeating: "x", count: 300_000) + "\n", nil), (String(repeating: "x", count: 300_000) + "\nb\n", "b"),
        ] as [(String, String?)])
    func lastLine(text: String, line: String?) throws {
        let folder = try TemporaryDirectory()
        #expect(try AppendedFile(folder.write(text, to: "file")).lastLine() == line)
    }
}
