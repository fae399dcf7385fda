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

    func explain(_ error: any Error) -> AgentFailure { client.explain(error) }

    func watch(_ backoff: inout Backoff, _ notices: inout Notices) async throws {
        var election = LeaseElection(identity: identity, namespace: client.access.namespace)
        while try await !hold(&election) {
            notices.recovered("another agent reports for this cluster; waiting for its lease")
            try await Task.sleep(for: LeaseElection.renewal)
        }
        backoff.reset()
        notices.recovered("the cluster is watched", ["address": "\(client.access.url)"])
        try await withThrowingTaskGroup(of: Void.self) { [election] group in
            defer { group.cancelAll() }
            group.addTask { try await renew(election) }
            group.addTask { try await followPods() }
            try await group.next()
        }
    }

    /// Acquires or renews the lease.
    /// - Returns: false if another agent holds it.
    private func hold(_ election: inout LeaseElection) async throws -> Bool {
        let stored = try await client.lease(LeaseElection.name)
        guard let claim = election.claim(stored, at: .now, date: Date()) else { return false }
        do {
            _ = try await client.store(claim)
            return true
        } catch let error as ClusterClient.Refusal where error.status == 409 {
            return false
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
    private func followPods() async throws {
        while true {
            let store = PodStore(try await client.list())
            let changes = Signal()
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { group.cancelAll() }
                group.addTask { try await publish(store, on: changes) }
                group.addTask { try await follow(store, changes) }
                try await group.next()
            }
        }
    }

    /// Applies changes until they are expired. A watch that ends continues at the last version.
    private func follow(_ store: PodStore, _ changes: Signal) async throws {
        while true {
            let start = ContinuousClock.now
            do {
                try await client.watch(from: store.version) { line in
                    switch try store.apply(line) {
                    case .pods: changes.set()
                    case .bookmark: break
                    case .expired: throw ClusterClient.Refusal(status: 410, what: "watch pods")
                    }
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
    private func publish(_ store: PodStore, on changes: Signal) async throws {
        let origin = Origin(engine: .kubernetes, instance: client.access.instance)
        while true {
            board.publish(try Snapshot(PodServices.services(of: store.pods)), from: origin)
            if try await changes.wait(upTo: pace.look) { try await changes.waitForQuiet(pace) }
        }
    }
}

/// The table that one task changes and another one reads.
private final class PodStore: Sendable {
    private let table: Mutex<PodTable>

    init(_ table: PodTable) {
        self.table = Mutex(table)
    }

    var version: String { table.withLock { $0.version } }
    var pods: [Pod] { table.withLock { Array($0.pods.values) } }

    func apply(_ line: [UInt8]) throws -> PodTable.Change { try table.withLock { try $0.apply(line) } }
}
