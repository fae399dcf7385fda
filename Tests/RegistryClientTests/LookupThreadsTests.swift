import Domain
import Glibc
import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import RegistryClient

@Suite("Look-up threads", .serialized)
struct LookupThreadsTests {
    @Test("A caller waits for a hanging look-up until its deadline or its cancellation")
    func hanging() async throws {
        try await with(count: 2) { lookups, hold in
            let elapsed = await ContinuousClock().measure {
                await #expect(throws: TransportError.timedOut) {
                    try await lookups.run("a", for: .background, deadline: .now() + .milliseconds(100)) { _ in hold.wait() }
                }
            }
            #expect(elapsed < .seconds(10), "the look-up itself never ends")
            let task = Task { try await lookups.run("b", for: .background, deadline: .now() + .seconds(60)) { _ in hold.wait() } }
            try await eventually { hold.count == 2 }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }

    @Test("Look-ups of one hanging host share a thread, so that other hosts are still found")
    func oneThread() async throws {
        try await with(count: 2) { lookups, hold in
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        _ = try? await lookups.run("a", for: .background, deadline: .now() + .milliseconds(500)) { _ in hold.wait() }
                    }
                }
            }
            #expect(hold.count == 1)
            let found = try await lookups.run("b", for: .background, deadline: .now() + .seconds(1)) { _ in [] }
            #expect(found.isEmpty)
        }
    }

    @Test("A finished look-up is not reused")
    func again() async throws {
        try await with(count: 1) { lookups, _ in
            let count = Mutex(0)
            for _ in 0..<3 {
                _ = try await lookups.run("a", for: .background, deadline: .now() + .seconds(5)) { _ in
                    count.withLock { $0 += 1 }; return []
                }
            }
            #expect(count.withLock { $0 } == 3)
        }
    }

    @Test("The system's resolver finds this machine")
    func localhost() async throws {
        let resolver = SystemResolver(limiter: FairLimiter(.lookups, .init(total: 1, perAccount: 1)))
        defer { resolver.shutdown() }
        let addresses = try await resolver.addresses(of: "localhost", deadline: .now() + .seconds(5), for: .background)
        #expect(!addresses.isEmpty && addresses.allSatisfy(\.isLoopback))
    }

    private func with(count: Int, _ body: (LookupThreads, Hold) async throws -> Void) async throws {
        let lookups = LookupThreads(FairLimiter(.lookups, .init(total: count, perAccount: count)))
        let hold = Hold()
        defer {
            hold.release()
            lookups.shutdown()
        }
        try await body(lookups, hold)
    }
}

/// Blocks threads until it is released.
private final class Hold: Sendable {
    private let entered = Mutex(0)
    private let isReleased = Mutex(false)

    var count: Int { entered.withLock { $0 } }

    func wait() -> [IPAddress] {
        entered.withLock { $0 += 1 }
        while !isReleased.withLock({ $0 }) { usleep(2000) }
        return []
    }

    func release() {
        isReleased.withLock { $0 = true }
    }
}
