import Synchronization
import Testing

@testable import RegistryClient

@Suite("Single flight")
struct SingleFlightTests {
    @Test("A hundred simultaneous callers share one run, and the next caller starts another")
    func shared() async throws {
        let flights = SingleFlight<String, Int>()
        let runs = Count()
        let gate = AsyncStream.makeStream(of: Void.self)
        let callers = (0..<100).map { _ in
            Task {
                try await flights.value(for: "key") {
                    let run = runs.increment()
                    for await _ in gate.stream {}
                    return run
                }
            }
        }
        try await Task.sleep(for: .milliseconds(100))
        gate.continuation.finish()
        for caller in callers { #expect(try await caller.value == 1) }
        #expect(try await flights.value(for: "key") { 2 } == 2)
        #expect(try await flights.value(for: "other") { 3 } == 3)
    }

    @Test("A finished result serves callers that arrived before the work started, and no later ones")
    func retained() async throws {
        let flights = SingleFlight<String, Int>(retention: .seconds(60))
        let before = ContinuousClock.now
        #expect(try await flights.value(for: "key", since: before) { 1 } == 1)
        #expect(try await flights.value(for: "key", since: before) { 2 } == 1)
        #expect(try await flights.value(for: "key", since: .now) { 3 } == 3)
        #expect(try await flights.value(for: "key") { 4 } == 4)
    }

    @Test("All waiting callers receive an error, and later ones do not")
    func failure() async throws {
        struct Broken: Error {}
        let flights = SingleFlight<String, Int>()
        let callers = (0..<10).map { _ in
            Task {
                try await flights.value(for: "key") {
                    try await Task.sleep(for: .milliseconds(50))
                    throw Broken()
                }
            }
        }
        for caller in callers { await #expect(throws: Broken.self) { try await caller.value } }
        #expect(try await flights.value(for: "key") { 1 } == 1)
    }

    @Test("A cancelled caller returns at once; the work continues for the others and is cancelled with the last")
    func cancelled() async throws {
        let flights = SingleFlight<String, Int>()
        let cancellations = Count()
        let started = AsyncStream.makeStream(of: Void.self)
        let callers = (0..<3).map { _ in
            Task {
                try await flights.value(for: "key") {
                    started.continuation.yield()
                    do { try await Task.sleep(for: .seconds(60)) } catch { cancellations.increment() }
                    return 1
                }
            }
        }
        var starts = started.stream.makeAsyncIterator()
        await starts.next()
        try await Task.sleep(for: .milliseconds(50))
        for caller in callers.dropLast() {
            caller.cancel()
            await #expect(throws: CancellationError.self) { try await caller.value }
        }
        #expect(cancellations.value == 0)
        callers.last?.cancel()
        await #expect(throws: CancellationError.self) { try await callers.last?.value }
        try await eventually { cancellations.value == 1 }
        #expect(try await flights.value(for: "key") { 2 } == 2)
    }

    @Test("A caller whose task is already cancelled starts no work")
    func cancelledBefore() async {
        let flights = SingleFlight<String, Int>()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await flights.value(for: "key") { 1 }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    private final class Count: Sendable {
        private let count = Mutex(0)

        var value: Int { count.withLock { $0 } }

        @discardableResult
        func increment() -> Int {
            count.withLock { count in
                count += 1
                return count
            }
        }
    }
}
