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

/// The scene of the tests of retention, with a retention of ten days.
enum RetentionScene {
    static let day: TimeInterval = 86_400

    static func retention(_ backend: TestBackend, _ log: CapturedLog = CapturedLog(), confirming date: Date? = nil) -> Retention {
        Retention(
            backend: backend.backend, logger: log.logger(), age: .seconds(10 * day), confirmation: date, step: 7, pauseBetweenBatches: .zero
        )
    }

    /// Records actions that ended this many days ago.
    static func record(_ ages: [Double], on backend: TestBackend) async throws {
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

    static func count(_ backend: TestBackend) async throws -> Int {
        try await backend.backend.actions(after: 0, limit: 10_000).count
    }
}

@Suite("The stored state of retention")
struct RetentionStateTests {
    @Test("Without actions, any clock is trusted")
    func empty() async throws {
        let (backend, log) = (try await TestBackend(), CapturedLog())
        try await RetentionScene.retention(backend, log).run()
        #expect(log.lines.isEmpty)
        #expect(try await backend.store.read { try $0.retention() }?.trusted == backend.clock.clock.now())
    }

    @Test("The clock's state is stored every minute and when the server stops")
    func writes() async throws {
        let (backend, slow) = try await Self.onSlowStore()
        let retention = RetentionScene.retention(backend)
        _ = slow.takeCount()
        for _ in 0..<6 {
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
        try await RetentionScene.record([20, 0], on: backend)
        let retention = RetentionScene.retention(backend)
        slow.behave(.init(failure: .unavailable("full"), canBeRead: true))
        await #expect(throws: StoreError.unavailable("full")) { try await retention.run() }
        slow.behave(.init())
        #expect(try await RetentionScene.count(backend) == 2)
        try await retention.run()
        #expect(try await RetentionScene.count(backend) == 1)
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
