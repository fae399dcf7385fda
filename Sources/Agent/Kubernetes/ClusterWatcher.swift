import AsyncHTTPClient
import FoundationEssentials
import Logging
import Synchronization
import Wire

/// Follows the pods of a cluster while this agent holds the lease.
struct ClusterWatcher: Watcher {
    let client: ClusterClient
    let board: SnapshotBoard
    let pace: Pace
    let logger: Logger
    /// Identifies this run as the holder of the lease.
    let identity: String

    /// The attempts to store a lease that somebody else changes at the same time.
    private static let conflicts = 3

    func explain(_ error: any Error) -> AgentFailure { client.explain(error) }

    func watch(_ attempts: WatchAttempts) async throws {
        var election = LeaseElection(identity: identity, namespace: client.access.namespace)
        while try await !hold(&election) {
            attempts.waits("another agent reports for this cluster; waiting for its lease")
            try await Task.sleep(for: LeaseElection.renewal)
        }
        // Another agent may have reported since this one held the lease.
        let origin = Origin(engine: .kubernetes, instance: client.access.instance, process: UUID())
        try await withThrowingTaskGroup(of: Void.self) { [election] group in
            defer { group.cancelAll() }
            group.addTask { try await renew(election) }
            group.addTask { try await followPods(origin, attempts) }
            try await group.next()
        }
    }

    /// Acquires or renews the lease.
    /// - Returns: false if another agent holds it.
    private func hold(_ election: inout LeaseElection) async throws -> Bool {
        var attempt = 0
        while true {
            attempt += 1
            let stored = try await client.lease(LeaseElection.name)
            guard let claim = election.claim(stored, at: .now, date: Date()) else { return false }
            do {
                _ = try await client.store(claim)
                return true
            } catch let error as ClusterClient.Refusal where error.status == 409 && attempt < Self.conflicts {
                // The lease changed after it was read, perhaps in its annotations only.
            }
        }
    }

    /// Renews the lease until it is lost.
    private func renew(_ election: LeaseElection) async throws {
        var election = election
        var renewed = ContinuousClock.now
        while true {
            try await Task.sleep(for: LeaseElection.renewal)
            let start = ContinuousClock.now
            do {
                // A request that hangs must not outlast the lease.
                let (isHeld, next) = try await withDeadline(LeaseElection.renewal) { [election] in
                    var election = election
                    return (try await hold(&election), election)
                }
                guard isHeld else { throw AgentFailure("Another agent took over the lease of this cluster") }
                (election, renewed) = (next, start)
            } catch let error as AgentFailure {
                throw error
            } catch {
                // Another agent may take the lease when its time ends.
                if ContinuousClock.now >= renewed + LeaseElection.duration - LeaseElection.renewal { throw error }
            }
        }
    }

    /// Lists the pods and follows their changes, and lists them again when the server no longer has the changes.
    private func followPods(_ origin: Origin, _ attempts: WatchAttempts) async throws {
        var backoff = pace.engineBackoff
        while true {
            let store = PodStore(try await client.list())
            // A list that cannot be reported is not watched.
            try publish(store, from: origin)
            let changes = Signal()
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { group.cancelAll() }
                group.addTask { try await publish(store, from: origin, on: changes) }
                group.addTask { try await follow(store, changes, attempts) }
                try await group.next()
            }
            if store.hasEvents { backoff.reset() }
            try await Task.sleep(for: backoff.next())
        }
    }

    /// Applies changes until they are expired. A watch that ends continues at the last version.
    private func follow(_ store: PodStore, _ changes: Signal, _ attempts: WatchAttempts) async throws {
        let connected = { attempts.began("the cluster is watched", ["address": "\(client.access.url)"]) }
        while true {
            let start = ContinuousClock.now
            do {
                try await client.watch(from: store.version, connected: connected) { line in
                    switch try store.apply(line) {
                    case .pods: changes.set()
                    case .bookmark: break
                    case .expired: throw ClusterClient.Refusal(status: 410, what: "watch pods")
                    }
                    attempts.delivered()
                }
            } catch let error as ClusterClient.Refusal where error.status == 410 {
                return
            } catch let error as HTTPClientError where error == .readTimeout {
                logger.debug("the watch of pods was silent; it starts again")
            }
            if ContinuousClock.now < start + .seconds(1) { try await Task.sleep(for: .milliseconds(500)) }
        }
    }

    /// Publishes the pods after each change, and at intervals as long as the watch lasts.
    private func publish(_ store: PodStore, from origin: Origin, on changes: Signal) async throws {
        while true {
            if try await changes.wait(upTo: pace.look) { try await changes.waitForQuiet(pace) }
            let start = ContinuousClock.now
            try publish(store, from: origin)
            // A cluster with many pods does not occupy a processor more than half of the time.
            try await Task.sleep(for: min(ContinuousClock.now - start, .seconds(10)))
        }
    }

    private func publish(_ store: PodStore, from origin: Origin) throws {
        board.publish(try Snapshot(PodServices.services(of: store.pods)), from: origin)
    }
}

/// The table that one task changes and another one reads.
private final class PodStore: Sendable {
    private struct State {
        var table: PodTable
        var hasEvents = false
    }

    private let state: Mutex<State>

    init(_ table: PodTable) {
        state = Mutex(State(table: table))
    }

    var version: String { state.withLock { $0.table.version } }
    var pods: [Pod] { state.withLock { Array($0.table.pods.values) } }

    /// Whether the watch delivered an event.
    var hasEvents: Bool { state.withLock { $0.hasEvents } }

    func apply(_ line: [UInt8]) throws -> PodTable.Change {
        try state.withLock { state in
            let change = try state.table.apply(line)
            if change != .expired { state.hasEvents = true }
            return change
        }
    }
}
