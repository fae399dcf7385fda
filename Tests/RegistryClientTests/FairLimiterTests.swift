import NIOCore
import Naming
import Testing

@testable import RegistryClient

@Suite("Fair limiter")
struct FairLimiterTests {
    private static let alice = Requester.fresh()
    private static let mallory = Requester.fresh()

    private static func limiter(
        total: Int = 100, perAccount: Int = 100, perRegistry: Int = 100, perAccountAtRegistry: Int = 100, wait: TimeAmount = .seconds(20)
    ) -> FairLimiter {
        FairLimiter(
            .connections,
            .init(
                total: total, perAccount: perAccount, perRegistry: perRegistry, perAccountAtRegistry: perAccountAtRegistry, wait: wait))
    }

    private static func registry(_ name: String) throws -> RegistryAuthority { try RegistryAuthority(parsing: name) }

    @Test("Each limit is enforced, and the error names the owner of the exhausted share")
    func limits() async throws {
        let (one, two) = (try Self.registry("one.example"), try Self.registry("two.example"))
        for (limiter, taken, refused, share) in [
            (Self.limiter(total: 2, wait: .zero), [(Self.alice, one), (Self.mallory, two)], (Self.alice, two), .server),
            (Self.limiter(perAccount: 2, wait: .zero), [(Self.alice, one), (Self.alice, two)], (Self.alice, two), .account),
            (Self.limiter(perRegistry: 2, wait: .zero), [(Self.alice, one), (Self.mallory, one)], (Self.alice, one), .registry),
            (Self.limiter(perAccountAtRegistry: 1, wait: .zero), [(Self.alice, one)], (Self.alice, one), .account),
        ] as [(FairLimiter, [(Requester, RegistryAuthority)], (Requester, RegistryAuthority), LimitReached.Share)] {
            var permits: [FairLimiter.Permit] = []
            for (requester, registry) in taken { permits.append(try await limiter.acquire(for: requester, at: registry)) }
            let expected = LimitReached(.connections, of: share)
            await #expect(throws: expected) { try await limiter.acquire(for: refused.0, at: refused.1) }
            permits.removeLast()
            if share != .server { _ = try await limiter.acquire(for: refused.0, at: refused.1) }
            #expect(limiter.waiting == 0)
        }
    }

    @Test("A permit releases its share once, explicitly or with its last reference")
    func release() async throws {
        let limiter = Self.limiter(total: 1)
        for _ in 0..<3 {
            let permit = try await limiter.acquire(for: Self.alice)
            permit.release()
            permit.release()
            _ = try await limiter.acquire(for: Self.mallory)
        }
        let last = try await limiter.acquire(for: Self.alice)
        #expect(limiter.acquireNow(for: Self.alice) == nil)
        last.release()
        #expect(limiter.acquireNow(for: Self.alice) != nil)
    }

    @Test("Accounts take turns: one with a thousand waiting requests delays another by one turn")
    func turns() async throws {
        let limiter = Self.limiter(total: 1, wait: .minutes(5))
        let first = try await limiter.acquire(for: Self.mallory)
        let order = AsyncStream.makeStream(of: Requester.self)
        let flood = (0..<1000).map { _ in
            Task {
                let permit = try await limiter.acquire(for: Self.mallory)
                order.continuation.yield(Self.mallory)
                permit.release()
            }
        }
        while limiter.waiting < 1000 { try await Task.sleep(for: .milliseconds(2)) }
        let own = Task {
            let permit = try await limiter.acquire(for: Self.alice)
            order.continuation.yield(Self.alice)
            permit.release()
        }
        while limiter.waiting < 1001 { try await Task.sleep(for: .milliseconds(2)) }
        first.release()
        try await own.value
        for task in flood { try await task.value }
        order.continuation.finish()
        var position: Int?
        var count = 0
        for await requester in order.stream {
            if requester == Self.alice { position = count }
            count += 1
        }
        #expect(count == 1001)
        #expect(try #require(position) <= 1)
    }

    @Test("Requests that wait for one registry do not delay another registry")
    func registries() async throws {
        let (one, two) = (try Self.registry("one.example"), try Self.registry("two.example"))
        let limiter = Self.limiter(perRegistry: 1)
        let held = try await limiter.acquire(for: Self.alice, at: one)
        let waiting = Task { try await limiter.acquire(for: Self.alice, at: one) }
        while limiter.waiting < 1 { try await Task.sleep(for: .milliseconds(2)) }
        let other = try await limiter.acquire(for: Self.alice, at: two)
        other.release()
        held.release()
        _ = try await waiting.value
    }

    @Test("Small requests do not starve a large one")
    func large() async throws {
        let limiter = Self.limiter(total: 10, perAccount: 10)
        let small = try await limiter.acquire(1, for: Self.mallory)
        let large = Task { try await limiter.acquire(10, for: Self.alice) }
        while limiter.waiting < 1 { try await Task.sleep(for: .milliseconds(2)) }
        #expect(limiter.acquireNow(1, for: Self.mallory) == nil)
        small.release()
        try await large.value.release()
        #expect(limiter.acquireNow(1, for: Self.mallory) != nil)
    }

    @Test("A cancelled waiter takes no share")
    func cancelled() async throws {
        let limiter = Self.limiter(total: 1)
        let held = try await limiter.acquire(for: Self.alice)
        let tasks = (0..<100).map { _ in Task { try await limiter.acquire(for: Self.mallory) } }
        while limiter.waiting < 100 { try await Task.sleep(for: .milliseconds(2)) }
        for task in tasks { task.cancel() }
        for task in tasks { await #expect(throws: CancellationError.self) { try await task.value } }
        #expect(limiter.waiting == 0)
        held.release()
        #expect(limiter.acquireNow(for: Self.mallory) != nil)
    }

    @Test("Concurrent tasks lose no share and exceed no limit", arguments: [1, 2, 3])
    func storm(_ seed: Int) async throws {
        let limiter = Self.limiter(total: 5, perAccount: 3, perRegistry: 4, perAccountAtRegistry: 2, wait: .minutes(5))
        let registries = try ["one.example", "two.example", "three.example"].map(Self.registry)
        let accounts = (0..<4).map { _ in Requester.fresh() }
        let inside = Counter()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<2000 {
                let task = Task {
                    let permit = try await limiter.acquire(for: accounts[(number * seed) % 4], at: registries[(number / 4) % 3])
                    await inside.enter()
                    await Task.yield()
                    await inside.leave()
                    permit.release()
                }
                if number % 7 == 0 { task.cancel() }
                group.addTask { _ = await task.result }
            }
        }
        #expect(await inside.most <= 5)
        #expect(limiter.waiting == 0)
        let all = try await withThrowingTaskGroup(of: FairLimiter.Permit.self) { group in
            for account in accounts.prefix(2) { for _ in 0..<2 { group.addTask { try await limiter.acquire(for: account) } } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(all.count == 4)
    }

    private actor Counter {
        private var count = 0
        private(set) var most = 0

        func enter() {
            count += 1
            most = max(most, count)
        }

        func leave() {
            count -= 1
        }
    }
}
