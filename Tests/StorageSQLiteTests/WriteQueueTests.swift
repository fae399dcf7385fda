import Domain
import FoundationEssentials
import Naming
import Storage
import StorageConformance
import StorageSQLite
import Synchronization
import Testing

@Suite("The write queue")
struct WriteQueueTests {
    private struct Failure: Error {}

    @Test("Hundreds of writes are committed in far fewer transactions; failed writes leave nothing, and the others are complete")
    func groups() async throws {
        try await withTemporaryDirectory { folder in
            let begun = Mutex(0)
            let store = try SQLiteStore(testing: DataDirectory("\(folder)/data")) { statement in
                if statement.hasPrefix("BEGIN IMMEDIATE") { begun.withLock { $0 += 1 } }
            }
            try await store.write { try $0.upsert(Registry(authority: Sample.authority(), isSSL: true)) }
            begun.withLock { $0 = 0 }
            try await withThrowingTaskGroup { group in
                for number in 0..<300 {
                    group.addTask {
                        let write = {
                            try await store.write { writer in
                                try writer.insert(Sample.repository("registry.example/team/image-\(number)"))
                                if number.isMultiple(of: 3) { throw Failure() }
                            }
                        }
                        if number.isMultiple(of: 3) {
                            await #expect(throws: Failure.self) { try await write() }
                        } else {
                            try await write()
                            let name = try RepositoryName(parsing: "registry.example/team/image-\(number)")
                            #expect(try await store.read { try $0.repository(name, in: Sample.team()) } != nil, "it is committed")
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await store.read { try $0.all(in: Sample.team()).items.count } == 200)
            let count = begun.withLock { $0 }
            #expect(count < 150)
            #expect(try await store.integrityCheck() == "ok")
        }
    }

    @Test("A write that is cancelled while it waits does nothing, and later writes are executed")
    func cancelled() async throws {
        try await withTemporaryDirectory { folder in
            let store = try SQLiteStore(testing: DataDirectory("\(folder)/data"))
            let (begun, begin) = AsyncStream.makeStream(of: Void.self)
            let gate = Mutex(false)
            let first = Task {
                try await store.write { _ in
                    begin.yield()
                    while !gate.withLock({ $0 }) {}
                }
            }
            _ = await begun.first { true }
            let ran = Mutex(false)
            let second = Task { try await store.write { _ in ran.withLock { $0 = true } } }
            let third = Task { try await store.write { _ in 3 } }
            try await Task.sleep(for: .milliseconds(50))
            second.cancel()
            await #expect(throws: CancellationError.self) { try await second.value }
            gate.withLock { $0 = true }
            try await first.value
            #expect(try await third.value == 3)
            let hasRun = ran.withLock { $0 }
            #expect(!hasRun)
            await #expect(throws: CancellationError.self) {
                try await Task {
                    withUnsafeCurrentTask { $0?.cancel() }
                    try await store.write { _ in }
                }.value
            }
        }
    }
}
