import Domain
import FoundationEssentials
import Logging
import Naming
import Operations
import Storage
import StorageSQLite
import TestSupport
import Testing

@testable import Server

@Suite("Retention of actions")
struct RetentionTests {
    private static let day: TimeInterval = 86_400

    private static func retention(_ backend: TestBackend, _ log: CapturedLog = CapturedLog(), confirming date: Date? = nil) -> Retention {
        Retention(
            backend: backend.backend, logger: log.logger(), age: .seconds(10 * day), confirmation: date, step: 7, pauseBetweenBatches: .zero
        )
    }

    /// Records actions that ended this many days ago.
    private static func record(_ ages: [Double], on backend: TestBackend) async throws {
        let now = backend.clock.clock.now()
        let name = try NamespaceName(parsing: "admin")
        let origin = Action.Origin(user: "admin", keyID: nil, address: "", method: "", path: "", userAgent: "")
        try await backend.store.write { writer in
            for age in ages {
                let date = now - age * day
                try writer.record(
                    Action(
                        id: UUID(), namespace: name, kind: .userCreate, object: .user(name), state: .success, started: date, ended: date,
                        origin: origin))
            }
        }
    }

    private static func count(_ backend: TestBackend) async throws -> Int {
        try await backend.backend.actions(after: 0, limit: 10_000).count
    }

    @Test("Old actions are deleted at one day's worth per hour, in small steps, also across restarts")
    func pace() async throws {
        let backend = try await TestBackend()
        try await Self.record((0..<100).map { 30 - 0.1 * Double($0) - 0.001 } + [0], on: backend)
        var left: [Int] = []
        for hour in 0..<4 {
            for _ in 0..<2 {
                let retention = Self.retention(backend)
                for _ in 0..<3 {
                    try await retention.run()
                    backend.clock.advance(by: 60)
                }
                try await retention.finish()
            }
            left.append(try await Self.count(backend))
            if hour < 3 { backend.clock.advance(by: 3600) }
        }
        #expect(left == [91, 81, 71, 61])
    }

    @Test(
        "A clock that is 400 days ahead deletes nothing, whether it jumped while the server was running or stopped",
        arguments: [true, false])
    func ahead(isRunning: Bool) async throws {
        let (backend, log) = (try await TestBackend(), CapturedLog())
        try await Self.record([2, 1, 0], on: backend)
        var retention = Self.retention(backend, log)
        try await retention.run()
        if !isRunning {
            try await retention.finish()
            retention = Self.retention(backend, log)
        }
        backend.clock.jump(by: 400 * Self.day)
        for _ in 0..<22 {
            try await retention.run()
            backend.clock.advance(by: 3600)
        }
        #expect(try await Self.count(backend) == 3)
        #expect(log.lines.count == 1)
        let expected = [
            "warning the clock jumped", "--confirm-clock 2015-11-17", "from=2014-10-13T", "to=2015-11-17T", "until=2015-11-18T",
        ]
        for text in expected { #expect(log.text.contains(text), "\(log.text)") }
        for _ in 0..<3 {
            backend.clock.advance(by: 3600)
            try await retention.run()
        }
        #expect(try await Self.count(backend) < 3)
        #expect(log.lines.last == "notice the clock was steady for a day: old actions are deleted again")
    }

    @Test("Actions that were recorded after the clock jumped are no evidence for the clock")
    func recordedAfterJump() async throws {
        let backend = try await TestBackend()
        try await Self.record([2, 1, 0], on: backend)
        let retention = Self.retention(backend)
        try await retention.run()
        backend.clock.jump(by: 400 * Self.day)
        try await Self.record([0, 0], on: backend)
        try await retention.run()
        try await retention.finish()
        for _ in 0..<5 {
            let next = Self.retention(backend)
            try await next.run()
            try await next.finish()
        }
        #expect(try await Self.count(backend) == 5)
    }

    @Test("A clock that is set back deletes nothing, and is trusted again as soon as it is correct")
    func back() async throws {
        let (backend, log) = (try await TestBackend(), CapturedLog())
        try await Self.record([20, 0], on: backend)
        let retention = Self.retention(backend, log)
        backend.clock.jump(by: -400 * Self.day)
        try await retention.run()
        backend.clock.advance(by: 3600)
        try await retention.run()
        #expect(try await Self.count(backend) == 2)
        backend.clock.jump(by: 400 * Self.day)
        try await retention.run()
        #expect(try await Self.count(backend) == 1)
        #expect(log.lines.count == 2 && log.lines.last?.hasPrefix("notice the clock returned") == true, "\(log.text)")
    }

    @Test(
        "An administrator confirms the clock with today's date only",
        arguments: [(0, true), (-1, true), (1, true), (-2, false), (2, false), (-400, false)])
    func confirmation(days: Double, isConfirmed: Bool) async throws {
        let (backend, log) = (try await TestBackend(), CapturedLog())
        try await Self.record([2, 1, 0], on: backend)
        try await Self.retention(backend).run()
        backend.clock.jump(by: 400 * Self.day)
        let today = Date(timeIntervalSince1970: (backend.clock.clock.now().timeIntervalSince1970 / Self.day).rounded(.down) * Self.day)
        let retention = Self.retention(backend, log, confirming: today + days * Self.day)
        try await retention.run()
        #expect(try await Self.count(backend) == (isConfirmed ? 2 : 3), "the first day's worth")
        #expect(log.text.contains("the clock was confirmed") == isConfirmed)
        #expect(log.text.contains("--confirm-clock names another date") == !isConfirmed)
    }

    @Test("A confirmation applies to one start only")
    func laterJump() async throws {
        let backend = try await TestBackend()
        try await Self.record([2, 1, 0], on: backend)
        let retention = Self.retention(backend, confirming: backend.clock.clock.now() + 400 * Self.day)
        try await retention.run()
        backend.clock.jump(by: 400 * Self.day)
        try await retention.run()
        #expect(try await Self.count(backend) == 3)
    }

    @Test("The clock is compared with the newest action in a store without a record", arguments: [(0.5, 1), (2, 2)])
    func upgrade(age: Double, left: Int) async throws {
        let backend = try await TestBackend()
        try await Self.record([20, age], on: backend)
        try await Self.retention(backend).run()
        #expect(try await Self.count(backend) == left)
    }

    @Test(
        "If even the newest action is older than the retention, nothing is deleted until the server has run for a day or the clock is confirmed",
        arguments: [false, true])
    func oldTrail(isConfirmed: Bool) async throws {
        let (backend, log) = (try await TestBackend(), CapturedLog())
        try await Self.retention(backend).finish()
        let first = Self.retention(backend)
        try await first.run()
        try await first.finish()
        try await Self.record([402, 401, 400], on: backend)
        let retention = Self.retention(backend, log, confirming: isConfirmed ? backend.clock.clock.now() : nil)
        try await retention.run()
        #expect(try await Self.count(backend) == (isConfirmed ? 2 : 3))
        #expect(log.text.contains("the newest action is more than a day old") == !isConfirmed)
        for _ in 0..<23 {
            backend.clock.advance(by: 3600)
            try await retention.run()
        }
        #expect(try await Self.count(backend) == (isConfirmed ? 0 : 3))
        #expect(log.lines.count <= 1)
        for _ in 0..<2 {
            backend.clock.advance(by: 3600)
            try await retention.run()
        }
        #expect(try await Self.count(backend) == (isConfirmed ? 0 : 1))
    }

    @Test("Without actions, any clock is trusted")
    func empty() async throws {
        let (backend, log) = (try await TestBackend(), CapturedLog())
        try await Self.retention(backend, log).run()
        #expect(log.lines.isEmpty)
        #expect(try await backend.store.read { try $0.retention() }?.trusted == backend.clock.clock.now())
    }

    @Test("The clock's state is stored every ten minutes and when the server stops")
    func writes() async throws {
        let (backend, slow) = try await Self.onSlowStore()
        let retention = Self.retention(backend)
        _ = slow.takeCount()
        for _ in 0..<60 {
            try await retention.run()
            backend.clock.advance(by: 30)
        }
        #expect(slow.takeCount().writes == 3)
        try await retention.finish()
        #expect(slow.takeCount().writes == 1)
        #expect(try await backend.store.read { try $0.retention() }?.trusted == backend.clock.clock.now())
    }

    @Test("Nothing is deleted while the clock's state cannot be stored")
    func unwritable() async throws {
        let (backend, slow) = try await Self.onSlowStore()
        try await Self.record([20, 0], on: backend)
        let retention = Self.retention(backend)
        slow.behave(.init(failure: .unavailable("full"), canBeRead: true))
        await #expect(throws: StoreError.unavailable("full")) { try await retention.run() }
        slow.behave(.init())
        #expect(try await Self.count(backend) == 2)
        try await retention.run()
        #expect(try await Self.count(backend) == 1)
    }

    private static func onSlowStore() async throws -> (TestBackend, SlowStore) {
        let (stores, made) = AsyncStream.makeStream(of: SlowStore.self)
        let backend = try await TestBackend {
            let store = SlowStore($0)
            made.yield(store)
            return store
        }
        return (backend, try #require(await stores.first { _ in true }))
    }
}
