import NIOCore
import Naming
import Synchronization
import TestSupport
import Testing

@testable import RegistryClient

@Suite("A registry is asked a few things at a time", .serialized)
struct TurnstileTests {
    @Test("Verifications at a registry that hangs do not delay one at another registry, and few of them are under way")
    func hanging() async throws {
        try await FaultyRegistry.run(.open) { hanging in
            hanging.set(.hang, for: "GET", "/v2/")
            try await FaultyRegistry.run(.open) { healthy in
                try await AsyncHTTPClientTransport.run { transport in
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for _ in 0..<20 {
                            group.addTask { _ = try await transport.contact(hanging.authority, trust: .approved, within: .seconds(2)) }
                        }
                        try await eventually { hanging.requests.count == 4 }
                        let elapsed = try await ContinuousClock().measure {
                            try await #expect(transport.contact(healthy.authority, trust: .approved) == .success(200))
                        }
                        #expect(elapsed < .seconds(1))
                        #expect(hanging.requests.count == 4)
                        #expect(hanging.connectionCount == 4)
                        let rest = try await ContinuousClock().measure { try await group.waitForAll() }
                        #expect(rest < .seconds(4), "they wait in line within their deadline")
                    }
                }
            }
        }
    }

    @Test("Who comes first is let through first")
    func order() async throws {
        let turnstile = Turnstile(limit: 1)
        let authority = try RegistryAuthority(parsing: "registry.example")
        let passed = Tally()
        let gate = Gate()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await turnstile.pass(authority) { await gate.opened() } }
            try await eventually { gate.isAwaited }
            for number in 0..<10 {
                group.addTask { try await turnstile.pass(authority) { passed.add(number) } }
                try await eventually { turnstile.waiting(for: authority) == number + 1 }
            }
            gate.open()
            try await group.waitForAll()
        }
        #expect(passed.all == Array(0..<10))
        #expect(turnstile.waiting(for: authority) == 0)
    }

    @Test("Who is told to go leaves the line at once, and takes no place with him")
    func cancellation() async throws {
        let turnstile = Turnstile(limit: 1)
        let authority = try RegistryAuthority(parsing: "registry.example")
        let gate = Gate()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await turnstile.pass(authority) { await gate.opened() } }
            try await eventually { gate.isAwaited }
            let waiting = Task { try await turnstile.pass(authority) {} }
            try await eventually { turnstile.waiting(for: authority) == 1 }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
            let late = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                try await turnstile.pass(authority) {}
            }
            await #expect(throws: CancellationError.self) { try await late.value }
            #expect(turnstile.waiting(for: authority) == 0)
            gate.open()
            try await group.waitForAll()
        }
        try await turnstile.pass(authority) {}
    }

    @Test("Places are not lost, whoever is told to go and when", arguments: 0..<5)
    func stress(_ round: Int) async throws {
        let turnstile = Turnstile(limit: 3)
        let authority = try RegistryAuthority(parsing: "registry.example")
        let inside = Tally()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                let task = Task {
                    try await turnstile.pass(authority) {
                        inside.add(1)
                        await Task.yield()
                        inside.add(-1)
                    }
                }
                if number % 3 == round % 3 { task.cancel() }
                group.addTask { _ = try? await task.value }
            }
        }
        let sums = inside.all.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }
        #expect(sums.last == 0)
        #expect((1...3).contains(sums.max() ?? 0))
        for _ in 0..<3 { try await turnstile.pass(authority) {} }
    }
}

/// What happened, in its order.
private final class Tally: Sendable {
    private let numbers = Mutex<[Int]>([])

    var all: [Int] { numbers.withLock { $0 } }

    func add(_ number: Int) {
        numbers.withLock { $0.append(number) }
    }
}

/// Holds up whoever comes, until it is opened.
private final class Gate: Sendable {
    private let waiting = Mutex<CheckedContinuation<Void, Never>?>(nil)

    var isAwaited: Bool { waiting.withLock { $0 != nil } }

    func opened() async {
        await withCheckedContinuation { continuation in waiting.withLock { $0 = continuation } }
    }

    func open() {
        waiting.withLock { $0 }?.resume()
    }
}
