import Foundation
import TestSupport
import Testing

/// The server under a clock that libfaketime sets (https://github.com/wolfcw/libfaketime).
@Suite("Changes of the system clock", .serialized, .enabled(if: FakeTime.isPossible, "SKIPPED: libfaketime is not installed"))
struct ClockJumpTests {
    @Test(
        "A clock that is 400 days ahead deletes nothing until an administrator confirms the date, and then one day's worth per hour of running",
        .timeLimit(.minutes(2)))
    func ahead() async throws {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder) { try await APIClient($0).makeUser("carol") }
        try await FakeTime.addActions(in: folder)
        let later = FakeTime(days: 400)
        try await later.serve(in: folder) { server in
            try await log(of: server, says: "the clock jumped")
            try await #expect(FakeTime.actionCount(in: folder) == 101)
            #expect(server.log.contains("--confirm-clock \(later.date)"), "\(server.log)")
            #expect(server.log.split(separator: "\n").count { $0.contains("the clock jumped") } == 1)
        }
        try await later.serve(in: folder, ["--confirm-clock", "2026-01-01"]) { server in
            try await log(of: server, says: "the clock jumped")
            #expect(server.log.contains("names another date"))
            try await #expect(FakeTime.actionCount(in: folder) == 101)
        }
        try await later.serve(in: folder, ["--confirm-clock", later.date]) { server in
            try await log(of: server, says: "the clock was confirmed")
            try await count(in: folder, becomes: 91)
        }
        for hours in [0, 2, 2, 4] {
            try await FakeTime(days: 400, hours: hours).serve(in: folder) { server in
                try await Task.sleep(for: .seconds(1))
                try await #expect(FakeTime.actionCount(in: folder) == 91, "servers have not run for an hour")
                #expect(!server.log.contains("the clock jumped"), "\(server.log)")
            }
        }
    }

    @Test(
        "Twelve starts with a clock that is set ahead by 20 hours each delete nothing that is younger than the retention",
        .timeLimit(.minutes(2)))
    func smallSteps() async throws {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder) { try await APIClient($0).makeUser("carol") }
        try await FakeTime.addActions(in: folder)
        let retention = ["--audit-retention", "20"]
        for step in 1...12 {
            try await FakeTime(days: 0, hours: 20 * step).serve(in: folder, retention) { server in
                if step > 2 { try await log(of: server, says: "the clock jumped") }
                try await APIClient(server).makeUser("user-\(step)")
            }
        }
        try await #expect(FakeTime.actionCount(in: folder) == 101 + 12)
        try await LightermanProcess.with(in: folder, retention) { server in
            try await Task.sleep(for: .seconds(1))
            try await #expect(FakeTime.actionCount(in: folder) == 101 + 12)
            #expect(!server.log.contains("the clock jumped"), "\(server.log)")
        }
    }

    @Test("The clock is compared with the newest action in a database of an earlier version", .timeLimit(.minutes(1)))
    func upgrade() async throws {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder) { try await APIClient($0).makeUser("carol") }
        try await FakeTime.addActions(in: folder)
        try await FakeTime.change(folder, "DELETE FROM retention")
        try await FakeTime(days: 400).serve(in: folder) { server in
            try await log(of: server, says: "the clock jumped")
            try await #expect(FakeTime.actionCount(in: folder) == 101)
        }
        try await LightermanProcess.with(in: folder) { server in
            try await #expect(FakeTime.actionCount(in: folder) == 101)
            #expect(!server.log.contains("the clock jumped"), "\(server.log)")
        }
    }

    @Test("A clock that is set back deletes nothing", .timeLimit(.minutes(1)))
    func back() async throws {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder) { try await APIClient($0).makeUser("carol") }
        try await FakeTime.addActions(in: folder)
        let retention = ["--audit-retention", "5"]
        try await FakeTime(days: -400).serve(in: folder, retention) { server in
            try await log(of: server, says: "the clock jumped")
            try await #expect(FakeTime.actionCount(in: folder) == 101)
        }
        try await LightermanProcess.with(in: folder, retention) { _ in try await count(in: folder, becomes: 91) }
    }

    private func log(of server: LightermanProcess, says text: String) async throws {
        let end = ContinuousClock.now + .seconds(20)
        while !server.log.contains(text), ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(20)) }
        #expect(server.log.contains(text), "\(server.log)")
        // Deletions at the start happen within this time.
        try await Task.sleep(for: .seconds(1))
    }

    private func count(in folder: TemporaryDirectory, becomes count: Int) async throws {
        let end = ContinuousClock.now + .seconds(20)
        while try await FakeTime.actionCount(in: folder) > count, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(50)) }
        try await #expect(FakeTime.actionCount(in: folder) == count)
    }
}

/// A time relative to the machine's clock.
struct FakeTime {
    let seconds: Int

    init(days: Int, hours: Int = 0) {
        seconds = days * 86_400 + hours * 3600
    }

    private static let library = ["x86_64", "aarch64"].map { "/usr/lib/\($0)-linux-gnu/faketime/libfaketimeMT.so.1" }
        .first(where: FileManager.default.fileExists(atPath:))

    static var isPossible: Bool { library != nil && ProgramPath.find("sqlite3") != nil }

    /// Runs a server whose wall clock shows this time, with an unchanged monotonic clock.
    ///
    /// `env` executes the server, because libfaketime adds a variable when it is loaded. This moves the environment, and Swift then
    /// cannot find the arguments of the process.
    func serve(
        in folder: TemporaryDirectory, _ arguments: [String] = [], _ body: (LightermanProcess) async throws -> Void
    ) async throws {
        let environment = [
            "LD_PRELOAD": Self.library ?? "", "FAKETIME": "\(seconds < 0 ? "" : "+")\(seconds)", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        ]
        try await LightermanProcess.with(in: folder, arguments, environment: environment, wrapper: ["env"], body)
    }

    /// The current date of the server.
    var date: String {
        Date(timeIntervalSinceNow: Double(seconds)).formatted(Date.ISO8601FormatStyle().year().month().day())
    }

    /// Copies the one action of a database: ten for each of ten days, starting nineteen days ago.
    static func addActions(in folder: TemporaryDirectory) async throws {
        try await change(
            folder,
            """
            WITH RECURSIVE n(i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i < 99)
            INSERT INTO actions (
                revision, id, namespace, kind, object_kind, object, state, started, ended, user, key_id, address, method, path, user_agent)
            SELECT -1 - i, printf('00000000-0000-4000-8000-%012d', i), namespace, kind, object_kind, object, state, started,
                ended - (19 - i / 10) * 86400000 - 600000 + i % 10, user, key_id, address, method, path, user_agent FROM n, actions;
            UPDATE action_counts SET count = count + 100;
            UPDATE action_revisions SET actions = actions + 100;
            UPDATE actions SET sequence = 1000 WHERE sequence = 1;
            """)
    }

    static func actionCount(in folder: TemporaryDirectory) async throws -> Int {
        let count = try await run("sqlite3", [folder.path(of: "data/lighterman.sqlite"), "SELECT count(*) FROM actions"]).succeeded()
        return try #require(Int(count.filter(\.isNumber)))
    }

    static func change(_ folder: TemporaryDirectory, _ sql: String) async throws {
        _ = try await run("sqlite3", [folder.path(of: "data/lighterman.sqlite"), sql]).succeeded()
    }
}
