import Domain
import NIOCore
import Naming
import Testing

@testable import RegistryClient

@Suite("Limit on failed logins")
struct LoginLimiterTests {
    private static let use = LoginUse(of: .sample())

    private static func scene() throws -> (LoginLimiter, StoppedTime, RegistryAuthority) {
        let time = StoppedTime()
        return (LoginLimiter(perRegistry: 6, perAccount: 3, window: .seconds(60), now: { time.now }), time, try .init(parsing: "a.example"))
    }

    private static func attempt(
        _ limiter: LoginLimiter, _ login: Int, _ status: Int, at registry: RegistryAuthority, for requester: Requester
    ) async throws {
        try await limiter.begin(login, for: use, at: registry, for: requester).end(accepted: status.acceptance)
    }

    @Test("Failures are limited for each account, and for all accounts at one registry, within a time window")
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

    @Test("A login that succeeded last time is not delayed until it fails")
    func accepted() async throws {
        let (limiter, _, registry) = try Self.scene()
        let (owner, mallory) = (Requester.fresh(), Requester.fresh())
        try await Self.attempt(limiter, 1, 200, at: registry, for: owner)
        for _ in 0..<2 { for number in 0..<3 { try? await Self.attempt(limiter, 100 + number, 401, at: registry, for: mallory) } }
        for number in 0..<3 { try? await Self.attempt(limiter, 200 + number, 401, at: registry, for: owner) }
        for status in [200, 404, 403, 429, 500, 503] { try await Self.attempt(limiter, 1, status, at: registry, for: owner) }
        try await Self.attempt(limiter, 1, 401, at: registry, for: owner)
        await #expect(throws: LoginRefusal.self) { try await Self.attempt(limiter, 1, 200, at: registry, for: owner) }
    }

    @Test("429 and 5xx neither accept nor refuse a login")
    func silence() async throws {
        let (limiter, _, registry) = try Self.scene()
        let owner = Requester.fresh()
        for number in 0..<20 { try await Self.attempt(limiter, number, [429, 500, 502, 503][number % 4], at: registry, for: owner) }
    }

    @Test("Simultaneous wrong logins reach the registry only a few times more than the limit")
    func simultaneous() async throws {
        let (limiter, _, registry) = try Self.scene()
        let mallory = Requester.fresh()
        let sent = await withTaskGroup(of: Int.self) { group in
            for number in 0..<300 {
                group.addTask {
                    guard let attempt = try? await limiter.begin(number, for: Self.use, at: registry, for: mallory) else { return 0 }
                    await Task.yield()
                    attempt.end(accepted: false)
                    return 1
                }
            }
            return await group.reduce(0, +)
        }
        #expect((3...6).contains(sent))
    }

    @Test("A refused login is held for all accounts and does not count as further failures")
    func held() async throws {
        let (limiter, time, registry) = try Self.scene()
        let owner = Requester.fresh()
        let refusal = try await limiter.begin(1, for: Self.use, at: registry, for: owner).end(accepted: false)
        #expect(refusal?.isHeld == false && refusal?.retryAfter == 15)
        for requester in [owner, .fresh(), .background] {
            for _ in 0..<20 {
                let error = await #expect(throws: LoginRefusal.self) {
                    try await limiter.begin(1, for: Self.use, at: registry, for: requester)
                }
                #expect(error?.isHeld == true && error?.retryAfter == 15)
            }
        }
        for number in 2...3 { try await Self.attempt(limiter, number, 401, at: registry, for: owner) }
        for login in [1, 4] { try await Self.attempt(limiter, login, 200, at: .init(parsing: "b.example"), for: owner) }
        time.advance(by: .seconds(61))
        try await Self.attempt(limiter, 1, 200, at: registry, for: owner)
        try await Self.attempt(limiter, 1, 200, at: registry, for: owner)
    }

    @Test("Few of many simultaneous requests with a refused login are sent, and all others receive the refusal")
    func simultaneousRefusals() async throws {
        let (limiter, _, registry) = try Self.scene()
        let owner = Requester.fresh()
        let (sent, held) = await withTaskGroup(of: Bool?.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    do {
                        let attempt = try await limiter.begin(1, for: Self.use, at: registry, for: owner)
                        await Task.yield()
                        attempt.end(accepted: false)
                        return true
                    } catch {
                        return error is LoginRefusal ? false : nil
                    }
                }
            }
            return await group.reduce(into: (0, 0)) { counts, isSent in
                if isSent == true { counts.0 += 1 }
                if isSent == false { counts.1 += 1 }
            }
        }
        #expect(sent == 1 && held == 49, "\(sent) sent, \(held) held")
    }

    @Test("A verification that a user requested is sent despite a hold, within the limit on failures")
    func requested() async throws {
        let (limiter, _, registry) = try Self.scene()
        let owner = Requester.fresh()
        for _ in 0..<3 { try await limiter.begin(1, for: Self.use, at: registry, for: owner, because: .request).end(accepted: false) }
        await #expect(throws: LimitReached(.logins, of: .account, retryAfter: 60)) {
            try await limiter.begin(1, for: Self.use, at: registry, for: owner, because: .request)
        }
    }
}

extension Int {
    /// Whether a registry's response with this status accepts a login; nil if it is inconclusive.
    fileprivate var acceptance: Bool? {
        let credential = Credential(username: Secret("a"), password: Secret("b"))
        return TransportRequest.Login(credential, for: LoginUse(of: .sample()), cause: .use).isAccepted(by: self)
    }
}
