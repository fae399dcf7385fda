import Domain
import GRDB
import Glibc
import Naming
import Storage
import StorageConformance
import StorageSQLite
import Testing

@Suite("The deadline of reads")
struct ReadDeadlineTests {
    @Test("A statement that takes too long is interrupted, and the connection stays usable")
    func ended() async throws {
        try await withManyRepositories(200_000) { path in
            let store = try SQLiteStore(testing: DataDirectory(path), readLimit: .milliseconds(5))
            for _ in 0..<20 {
                await #expect(throws: StoreError.tooSlow) {
                    _ = try await store.read { try $0.all(in: Sample.team(), where: RepositoryFilter(nameFragment: "none")) }
                }
                #expect(try await store.read { try $0.registries(in: Sample.team()).items.count } == 0)
            }
            #expect(store.runningReads == 0)
        }
    }

    @Test("A read is aborted when its task is cancelled")
    func cancelled() async throws {
        try await withManyRepositories(1000) { path in
            let store = try SQLiteStore(testing: DataDirectory(path), readLimit: .seconds(60))
            let reading = Task {
                try await store.read { reader in
                    while true { _ = try reader.all(in: Sample.team(), where: RepositoryFilter(nameFragment: "none")) }
                }
            }
            let begun = ContinuousClock.now + .seconds(10)
            while store.runningReads == 0, ContinuousClock.now < begun { try await Task.sleep(for: .milliseconds(1)) }
            #expect(store.runningReads == 1)
            let cancelled = ContinuousClock.now
            reading.cancel()
            await #expect(throws: CancellationError.self) { try await reading.value }
            #expect(ContinuousClock.now - cancelled < .milliseconds(500))
            #expect(store.runningReads == 0)
        }
    }

    /// Takes 10 ms to verify a row.
    private struct SlowAuthenticator: RowAuthenticator {
        func code(of row: [UInt8]) -> [UInt8] { [] }
        func isValid(_ code: [UInt8], of row: [UInt8]) -> Bool {
            usleep(10_000)
            return true
        }
    }

    @Test("The verification of rows ends at the deadline, and when the task is cancelled", arguments: [false, true])
    func rows(isCancelled: Bool) async throws {
        try await withManyRepositories(1000) { path in
            let store = try SQLiteStore(testing: DataDirectory(path), readLimit: isCancelled ? .seconds(60) : .milliseconds(50))
            store.rows.use(SlowAuthenticator())
            let started = ContinuousClock.now
            let reading = Task { try await store.read { try $0.all(in: Sample.team()).items.count } }
            if isCancelled {
                try await Task.sleep(for: .milliseconds(50))
                reading.cancel()
                await #expect(throws: CancellationError.self) { try await reading.value }
            } else {
                await #expect(throws: StoreError.tooSlow) { try await reading.value }
            }
            #expect(ContinuousClock.now - started < .seconds(3), "all rows take 10 s")
            while store.runningReads > 0, ContinuousClock.now - started < .seconds(3) { try await Task.sleep(for: .milliseconds(5)) }
            #expect(store.runningReads == 0)
        }
    }
}
