import FoundationEssentials
import Logging
import Wire

/// Looks at an engine when its events say that something changed, and at intervals.
struct EngineWatcher: Watcher {
    let client: EngineClient
    let machine: MachineIdentity
    let board: SnapshotBoard
    let pace: Pace
    let logger: Logger
    /// Identifies this run.
    let process: UUID

    func explain(_ error: any Error) -> AgentFailure { client.explain(error) }

    func watch(_ attempts: WatchAttempts) async throws {
        let reader = EngineReader(client)
        let (engine, id) = try await reader.identity()
        let origin = Origin(engine: engine, instance: try machine.instance(of: client.address, engineID: id), process: process)
        // The first look shows that the engine serves its state.
        try await look(reader, origin)
        let events = Signal()
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await listen(reader, origin, events, attempts) }
            group.addTask { try await lookAgain(reader, origin, on: events) }
            try await group.next()
        }
    }

    private func listen(_ reader: EngineReader, _ origin: Origin, _ events: Signal, _ attempts: WatchAttempts) async throws {
        let connected = {
            attempts.began("the engine is watched", ["address": "\(client.address)", "engine": "\(origin.engine.rawValue)"])
            // Something may have changed between the first look and the first event.
            events.set()
        }
        try await client.readEvents(connected: connected) { line in
            attempts.delivered()
            guard let change = EngineEvent.change(line) else { return }
            if change == .images { reader.forgetImages() }
            events.set()
        }
        throw AgentFailure("The engine at \(client.address) ended its stream of events; it may be restarting")
    }

    private func lookAgain(_ reader: EngineReader, _ origin: Origin, on events: Signal) async throws {
        var imagesRead = ContinuousClock.now
        var interval = pace.look
        var rechecks: ArraySlice<Duration> = []
        while true {
            if try await events.wait(upTo: min(rechecks.popFirst() ?? interval, interval)) {
                try await events.waitForQuiet(pace)
                rechecks = pace.rechecks[...]
            }
            let start = ContinuousClock.now
            if start >= imagesRead + pace.everything {
                reader.forgetImages()
                imagesRead = start
            }
            interval = try await look(reader, origin) ? pace.swarmLook : pace.look
            // An engine with many containers is not busy with the agent more than half of the time.
            try await Task.sleep(for: min(ContinuousClock.now - start, .seconds(10)))
        }
    }

    /// - Returns: whether the engine is a manager of a Swarm.
    @discardableResult
    private func look(_ reader: EngineReader, _ origin: Origin) async throws -> Bool {
        let start = ContinuousClock.now
        let state = try await reader.state()
        board.publish(try Snapshot(state.services), from: origin, at: start)
        return state.swarm != nil
    }
}
