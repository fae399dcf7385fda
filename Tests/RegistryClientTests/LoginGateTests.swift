import NIOCore
import Naming
import Synchronization
import Testing

@testable import RegistryClient

@Suite("Simultaneous requests with one login", .timeLimit(.minutes(1)))
struct LoginGateTests {
    private static let registry = RepositoryName.sample().authority

    /// A limiter, and the number of logins that it permitted.
    private final class Scene: Sendable {
        let time = StoppedTime()
        let limiter: LoginLimiter
        let gate: LoginGate
        let key = LoginHolds.Key(registry: registry, fingerprint: 1)
        private let count = Atomic(0)

        init(wait: TimeAmount = .seconds(30)) {
            limiter = LoginLimiter(wait: wait, now: { [time] in time.now })
            gate = LoginGate(wait: wait, now: { [time] in time.now })
        }

        var sent: Int { count.load(ordering: .relaxed) }

        /// - Returns: whether the login was sent.
        func send(
            _ path: String, because cause: LoginCause = .use, _ respond: @escaping @Sendable () async throws -> Bool?
        ) async throws -> Bool {
            do {
                let attempt = try await limiter.begin(
                    1, for: LoginUse(of: .sample(path)), at: registry, for: .background, because: cause)
                count.add(1, ordering: .relaxed)
                let response: Result<Bool?, any Error>
                do { response = .success(try await respond()) } catch { response = .failure(error) }
                attempt.end(accepted: (try? response.get()) ?? nil)
                _ = try response.get()
                return true
            } catch is LoginRefusal {
                return false
            }
        }

        /// Sends the login for many simultaneous requests to several repositories.
        func send(_ requests: Int, to repositories: Int, _ respond: @escaping @Sendable () async throws -> Bool?) async throws -> Int {
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<requests {
                    group.addTask { try await self.send("team/image-\(number % repositories)", respond) }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
        }

        func wait(_ path: String = "team/image") async throws -> LoginGate.Place? {
            guard case .admitted(let place) = try await gate.enter(key) else { return nil }
            return place
        }
    }

    @Test(
        "A hundred simultaneous requests with a refused login send it once for one repository, and twice for several",
        arguments: [1, 2, 20, 100], [0, 50])
    func refused(_ repositories: Int, _ milliseconds: Int) async throws {
        for isAccepted in [false, true] {
            let scene = Scene()
            if isAccepted { _ = try await scene.send("team/image-0") { true } }
            let sent = try await scene.send(100, to: repositories) {
                try await Task.sleep(for: .milliseconds(milliseconds))
                return false
            }
            #expect(sent == min(repositories, 2))
        }
    }

    @Test("A hundred requests with a valid login are sent as soon as the first is accepted", arguments: [1, 100])
    func accepted(_ repositories: Int) async throws {
        let scene = Scene()
        _ = try await scene.send("team/image-0") { true }
        let start = ContinuousClock.now
        let sent = try await scene.send(100, to: repositories) {
            try await Task.sleep(for: .milliseconds(50))
            return true
        }
        #expect(sent == 100)
        #expect(ContinuousClock.now - start < .seconds(2), "one after the other would take 5 s")
    }

    @Test("Requests without a response delay all others only once, for a limited time")
    func silent() async throws {
        let scene = Scene(wait: .milliseconds(100))
        _ = try await scene.send("team/image-0") { true }
        let start = ContinuousClock.now
        let sent = try await scene.send(50, to: 50) {
            try await Task.sleep(for: .milliseconds(500))
            return nil
        }
        #expect(sent == 50)
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test("After an inconclusive response, the next request is sent")
    func noVerdict() async throws {
        let scene = Scene()
        #expect(try await scene.send(20, to: 20) { nil } == 20)
    }

    @Test("After a cancelled request, the next one is sent", arguments: [true, false])
    func cancelled(isFirst: Bool) async throws {
        let scene = Scene()
        let gate = Mutex(false)
        let first = Task {
            try await scene.send("a") {
                while !gate.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(1)) }
                return true
            }
        }
        while scene.sent < 1 { try await Task.sleep(for: .milliseconds(1)) }
        let second = Task { try await scene.send("b") { true } }
        try await Task.sleep(for: .milliseconds(50))
        #expect(scene.sent == 1)
        if isFirst {
            first.cancel()
            await #expect(throws: CancellationError.self) { try await first.value }
            #expect(try await second.value)
        } else {
            second.cancel()
            await #expect(throws: CancellationError.self) { try await second.value }
            gate.withLock { $0 = true }
            #expect(try await first.value)
        }
        #expect(try await scene.send("c") { true })
    }

    @Test("A verification that a user requested waits for no other request")
    func requested() async throws {
        let scene = Scene()
        let hanging = Task {
            try await scene.send("a") {
                try await Task.sleep(for: .seconds(60))
                return nil
            }
        }
        while scene.sent < 1 { try await Task.sleep(for: .milliseconds(1)) }
        #expect(try await scene.send("b", because: .request) { true })
        #expect(try await scene.send("c") { true }, "its acceptance lets others go on")
        hanging.cancel()
    }

    /// Sends a login that is refused for lists, with the request that follows it.
    private static func sendPair(_ scene: Scene, _ use: LoginUse.Purpose, isPullAccepted: Bool?) async throws {
        let turn = LoginTurn()
        let first = try await scene.limiter.begin(1, for: LoginUse(use, of: .sample("a")), at: registry, for: .background, turn: turn)
        try await Task.sleep(for: .milliseconds(30))
        first.end(accepted: false)
        try await Task.sleep(for: .milliseconds(30))
        let second = try await scene.limiter.begin(
            1, for: LoginUse(of: .sample("a")), at: registry, for: .background, isFollowUp: true, turn: turn)
        try await Task.sleep(for: .milliseconds(30))
        second.end(accepted: isPullAccepted)
    }

    @Test("Other requests wait for the request that follows a refusal", arguments: [LoginUse.Purpose.list, .more("push")])
    func followed(_ use: LoginUse.Purpose) async throws {
        for isPullAccepted in [false, true] {
            let scene = Scene()
            async let pair: Void = Self.sendPair(scene, use, isPullAccepted: isPullAccepted)
            try await Task.sleep(for: .milliseconds(15))
            let isSent = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<20 { group.addTask { try await scene.send("a") { isPullAccepted } } }
                return try await group.reduce(false) { $0 || $1 }
            }
            try await pair
            #expect(isSent == isPullAccepted)
        }
    }

    @Test("Other requests go on if no request follows a refusal")
    func unfollowed() async throws {
        let scene = Scene()
        var turn: LoginTurn? = LoginTurn()
        let first = try await scene.limiter.begin(
            1, for: LoginUse(.list, of: .sample("a")), at: Self.registry, for: .background, turn: turn)
        first.end(accepted: false)
        let waiting = Task { try await scene.send("b") { true } }
        try await Task.sleep(for: .milliseconds(50))
        #expect(scene.sent == 0)
        _ = consume first
        turn = nil
        #expect(turn == nil)
        #expect(try await waiting.value)
    }

    @Test("Requests wait for an upload only if the registry has not accepted the login recently", arguments: [1, 9, 11, 600])
    func upload(_ seconds: Int64) async throws {
        let scene = Scene()
        _ = try await scene.send("a") { true }
        scene.time.advance(by: .seconds(seconds))
        let upload = try await scene.limiter.begin(
            1, for: LoginUse(.more("push"), of: .sample("a")), at: Self.registry, for: .background, isStream: true)
        scene.time.advance(by: .seconds(2))
        let waiting = Task { try await scene.send("b") { true } }
        try await Task.sleep(for: .milliseconds(50))
        #expect((scene.sent == 2) == (seconds < 10))
        upload.end(accepted: true)
        #expect(try await waiting.value)
    }

    @Test("Requests wait for an upload after a refusal")
    func uploadAfterRefusal() async throws {
        let scene = Scene()
        _ = try await scene.send("a") { true }
        _ = try await scene.send("b") { false }
        let upload = try await scene.limiter.begin(
            1, for: LoginUse(.more("push"), of: .sample("a")), at: Self.registry, for: .background, isStream: true)
        let waiting = Task { try await scene.send("c") { true } }
        try await Task.sleep(for: .milliseconds(50))
        #expect(scene.sent == 2)
        upload.end(accepted: true)
        #expect(try await waiting.value)
    }

    @Test(
        "As many requests are admitted at once as were in progress recently, and one after a pause",
        arguments: [(0, 8), (240, 8), (800, 2), (2000, 1)])
    func adapts(_ milliseconds: Int64, _ expected: Int) async throws {
        let scene = Scene()
        let first = try await scene.wait()
        let places = try await withThrowingTaskGroup(of: LoginGate.Place?.self) { group in
            for _ in 0..<8 { group.addTask { try await scene.wait() } }
            while scene.gate.waiting < 8 { try await Task.sleep(for: .milliseconds(1)) }
            scene.gate.leave(scene.key, first, accepted: true)
            return try await group.reduce(into: []) { $0.append($1) }
        }
        for place in places { scene.gate.leave(scene.key, place, accepted: true) }
        scene.time.advance(by: .milliseconds(milliseconds))
        let waiting = (0..<20).map { _ in Task { try await scene.wait() } }
        while scene.gate.waiting < 20 - expected { try await Task.sleep(for: .milliseconds(1)) }
        try await Task.sleep(for: .milliseconds(20))
        #expect(scene.gate.waiting == 20 - expected)
        for task in waiting { task.cancel() }
        for task in waiting { _ = try? await task.value }
    }
}
