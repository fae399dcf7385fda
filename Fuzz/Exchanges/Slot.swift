import Glibc
import RegistryClient
import Synchronization

/// A registry and its client. Runs one exchange at a time.
final class Slot: Sendable {
    let number: Int
    private let registry: HostileRegistry
    private let caller: Mutex<Caller>
    private let record: InputRecord
    private let current = Mutex<(input: [UInt8], since: ContinuousClock.Instant)?>(nil)

    /// The maximum duration of a call. The client's own time limits are far shorter.
    static let bound = Duration.seconds(15)
    private static let attempts = 6

    init(_ number: Int, transport: AsyncHTTPClientTransport, registry: HostileRegistry, record: InputRecord) throws {
        self.number = number
        self.registry = registry
        self.record = record
        caller = Mutex(try Caller(transport: transport, authority: registry.authority))
    }

    /// Opens the connection for the first exchange.
    func start() async throws {
        await registry.rest()
        try await expectGoodResponse()
    }

    /// Runs one exchange, and checks that the registry can be reached afterwards.
    ///
    /// - Returns: how many responses the client returned.
    func run(_ input: [UInt8]) async throws -> Int {
        var count = 0
        record.write(input)
        let exchange = Exchange(input, authority: registry.authority)
        current.withLock { $0 = (input, .now) }
        await registry.play(exchange)
        let caller = caller.withLock { $0 }
        for call in exchange.calls {
            current.withLock { $0 = (input, .now) }
            guard let received = await caller.perform(call, names: exchange.names) else { continue }
            count += 1
            try Property.expect(received, after: call)
        }
        current.withLock { $0 = (input, .now) }
        await registry.rest()
        if exchange.hasChallenge { renewCaller() }
        try await expectGoodResponse()
        current.withLock { $0 = nil }
        return count
    }

    /// The input that exceeds ``bound``, if there is one.
    var overdue: [UInt8]? {
        current.withLock { current in current.flatMap { $0.since + Self.bound < .now ? $0.input : nil } }
    }

    private func renewCaller() {
        caller.withLock { $0 = $0.renewed() }
    }

    /// Retries: the client may use a connection that was just closed, and a busy machine may exceed a time limit.
    private func expectGoodResponse() async throws {
        var reasons: [String] = []
        for _ in 0..<Self.attempts {
            do {
                return try await caller.withLock { $0 }.receiveGoodResponse()
            } catch {
                reasons.append("\(error)")
            }
            await registry.rest()
            renewCaller()
        }
        try Property.expect(false, "after an exchange the registry is reached again: \(reasons)")
    }
}

/// Writes the last two inputs of a slot to files, before they run. The supervisor reads them after a crash, which may occur after the next
/// exchange has begun.
final class InputRecord: Sendable {
    private let descriptors: [CInt]
    private let turn = Turn()

    private final class Turn: @unchecked Sendable {
        var count = 0
    }

    /// - Parameter folder: nil to write nothing.
    init(slot: Int, in folder: String?) throws {
        descriptors = try (0..<2).map { index in
            guard let folder else { return -1 }
            let descriptor = open("\(folder)/\(slot)-\(index)", O_CREAT | O_TRUNC | O_WRONLY, 0o600)
            guard descriptor >= 0 else { throw Sockets.Failure("open") }
            return descriptor
        }
    }

    /// Called by one task at a time.
    func write(_ input: [UInt8]) {
        turn.count += 1
        let descriptor = descriptors[turn.count % descriptors.count]
        _ = input.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        ftruncate(descriptor, input.count)
    }
}
