import Testing

@testable import Agent

@Suite("A signal between tasks")
struct SignalTests {
    @Test("A signal that was set before ends the next wait, once")
    func before() async throws {
        let signal = Signal()
        signal.set()
        signal.set()
        #expect(try await signal.wait(upTo: .seconds(60)))
        #expect(try await signal.wait(upTo: .milliseconds(1)) == false)
    }

    @Test("A signal ends a wait", .timeLimit(.minutes(1)))
    func during() async throws {
        let signal = Signal()
        async let isSet = signal.wait(upTo: .seconds(600))
        try await Task.sleep(for: .milliseconds(20))
        signal.set()
        #expect(try await isSet)
    }

    @Test("A cancelled task does not wait", .timeLimit(.minutes(1)))
    func cancelled() async throws {
        let signal = Signal()
        let task = Task { try await signal.wait(upTo: .seconds(600)) }
        try await Task.sleep(for: .milliseconds(20))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
