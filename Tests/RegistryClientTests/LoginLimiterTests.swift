import NIOCore
import Naming
import Synchronization
import Testing

@testable import RegistryClient

@Suite("Failed logins at registries")
struct LoginLimiterTests {
    private final class Time: Sendable {
        private let value = Mutex(NIODeadline.now())
        var now: NIODeadline { value.withLock { $0 } }
        func advance(by time: TimeAmount) { value.withLock { $0 = $0 + time } }
    }

    private static func scene() throws -> (LoginLimiter, Time, RegistryAuthority) {
        let time = Time()
        return (LoginLimiter(perRegistry: 6, perAccount: 3, window: .seconds(60), now: { time.now }), time, try .init(parsing: "a.example"))
    }

    private static func attempt(
        _ limiter: LoginLimiter, _ login: Int, _ status: Int, at registry: RegistryAuthority, for requester: Requester
    ) async throws {
        try await limiter.begin(login, at: registry, for: requester).end(status: status)
    }

    @Test("One account has its share of failures, and all accounts together have the registry's, for a while")
    func failures() async throws {
        let (limiter, time, registry) = try Self.scene()
        let accounts = (0..<3).map { _ in Requester.fresh() }
        for number in 0..<3 { try await Self.attempt(limiter, number, 401, at: registry, for: accounts[0]) }
        time.advance(by: .seconds(10))
        await #expect(throws: LimitReached(.logins, of: .account, retryAfter: 50)) {
            try await Self.attempt(limiter, 10, 401, at: registry, for: accounts[0])
        }
        for number in 0..<3 { try await Self.attempt(limiter, 20 + number, 401, at: registry, for: accounts[1]) }
        await #expect(throws: LimitReached(.logins, of: .registry, retryAfter: 50)) {
            try await Self.attempt(limiter, 30, 401, at: registry, for: accounts[2])
        }
        try await Self.attempt(limiter, 30, 401, at: .init(parsing: "b.example"), for: accounts[2])
        time.advance(by: .seconds(51))
        try await Self.attempt(limiter, 10, 200, at: registry, for: accounts[0])
    }

    @Test("A login that succeeded last time is never delayed, until it fails")
    func accepted() async throws {
        let (limiter, _, registry) = try Self.scene()
        let (owner, mallory) = (Requester.fresh(), Requester.fresh())
        try await Self.attempt(limiter, 1, 200, at: registry, for: owner)
        for _ in 0..<2 { for number in 0..<3 { try? await Self.attempt(limiter, 100 + number, 401, at: registry, for: mallory) } }
        for number in 0..<3 { try? await Self.attempt(limiter, 200 + number, 401, at: registry, for: owner) }
        for status in [200, 403, 404, 429, 500, 503] { try await Self.attempt(limiter, 1, status, at: registry, for: owner) }
        try await Self.attempt(limiter, 1, 401, at: registry, for: owner)
        await #expect(throws: LimitReached.self) { try await Self.attempt(limiter, 1, 200, at: registry, for: owner) }
    }

    @Test("429 and 5xx say nothing of a login")
    func silence() async throws {
        let (limiter, _, registry) = try Self.scene()
        let owner = Requester.fresh()
        for number in 0..<20 { try await Self.attempt(limiter, number, [429, 500, 502, 503][number % 4], at: registry, for: owner) }
    }

    @Test("Guesses that are sent at once are counted as they fail, so that few more than allowed reach the registry")
    func simultaneous() async throws {
        let (limiter, _, registry) = try Self.scene()
        let mallory = Requester.fresh()
        let sent = await withTaskGroup(of: Int.self) { group in
            for number in 0..<300 {
                group.addTask {
                    guard let attempt = try? await limiter.begin(number, at: registry, for: mallory) else { return 0 }
                    await Task.yield()
                    attempt.end(status: 401)
                    return 1
                }
            }
            return await group.reduce(0, +)
        }
        #expect((3...6).contains(sent))
    }
}
