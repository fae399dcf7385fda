import FoundationEssentials
import Glibc
import NIOPosix
import RegistryClient
import Synchronization

/// The inputs of a range, until it is exhausted or the time is up.
final class Inputs: Sendable {
    private let first: Int
    private let count: Int
    private let end: ContinuousClock.Instant
    private let make: @Sendable (Int) -> [UInt8]
    private let taken = Mutex(0)
    private let responses = Mutex(0)

    init(first: Int, count: Int, seconds: Int, _ make: @escaping @Sendable (Int) -> [UInt8]) {
        self.first = first
        self.count = count
        self.make = make
        end = .now + .seconds(seconds)
    }

    /// The number of inputs that were processed, and the number of responses.
    var counts: (inputs: Int, responses: Int) { (taken.withLock { $0 }, responses.withLock { $0 }) }

    func note(responses count: Int) { responses.withLock { $0 += count } }

    func next() -> [UInt8]? {
        let number: Int? = taken.withLock { taken in
            guard taken < count, .now < end else { return nil }
            defer { taken += 1 }
            return taken
        }
        return number.map { make(first + $0) }
    }
}

/// Runs simultaneous exchanges in this process.
struct Runner {
    let slots: Int
    /// The folder for the inputs that are running; nil to keep none.
    let found: String?

    private static let slotsPerTransport = 8
    static let runningFolder = "running"
    static let failedFile = "failed"
    static let failureStatus: CInt = 3

    func run(_ inputs: Inputs) async throws {
        // A transport sorts its clients after every request, which is slow with many registries.
        let transports = (0..<(slots + Self.slotsPerTransport - 1) / Self.slotsPerTransport).map { _ in
            Caller.transport(slots: Self.slotsPerTransport)
        }
        let threads = NIOThreadPool(numberOfThreads: slots)
        threads.start()
        let slots = try (0..<slots).map { number in
            let registry = try HostileRegistry()
            threads.submit { _ in registry.run() }
            let record = try InputRecord(slot: number, in: found.map { "\($0)/\(Self.runningFolder)" })
            return try Slot(number, transport: transports[number / Self.slotsPerTransport], registry: registry, record: record)
        }
        let watching = Task { await watch(slots) }
        await withTaskGroup(of: Void.self) { group in
            for slot in slots { group.addTask { await run(inputs, in: slot) } }
        }
        watching.cancel()
        for transport in transports { try await transport.shutdown() }
        Console.say("\(inputs.counts.inputs) \(inputs.counts.responses)")
        exit(0)
    }

    private func run(_ inputs: Inputs, in slot: Slot) async {
        do {
            try await slot.start()
        } catch {
            fail("the registry of slot \(slot.number) is not reached", [])
        }
        while let input = inputs.next() {
            do {
                inputs.note(responses: try await slot.run(input))
            } catch {
                fail((error as? BrokenProperty)?.text ?? "\(error)", input)
            }
        }
    }

    private func watch(_ slots: [Slot]) async {
        let parent = getppid()
        while (try? await Task.sleep(for: .seconds(1))) != nil {
            if let input = slots.lazy.compactMap(\.overdue).first { fail("a call ends within \(Slot.bound)", input) }
            // The supervisor has ended.
            if found != nil, getppid() != parent { exit(0) }
        }
    }

    private func fail(_ property: String, _ input: [UInt8]) -> Never {
        if let found { try? Data(input).write(to: URL(filePath: "\(found)/\(Self.failedFile)")) }
        Console.complain("this does not hold: \(property)")
        _exit(Self.failureStatus)
    }
}
