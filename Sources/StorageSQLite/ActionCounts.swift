import Domain
import Synchronization

/// Remembers how many actions match a filter, so that the pages of a list do not count the same actions again.
///
/// Actions are added, and an outcome is stored once. Everything is forgotten when actions are deleted or revised, which can reduce numbers.
final class ActionCounts: Sendable {
    struct Count {
        /// At most one more than ``Listing/countLimit``.
        let matches: Int
        /// The sequence of the newest action that was considered.
        let newest: Int
    }

    private struct State {
        /// The number of times that everything was forgotten.
        var generation = 0
        var counts = BoundedDictionary<ActionSearch, Count>(capacity: 1000)
    }

    private let state = Mutex(State())

    /// A view for one read, taken before the read starts, so that the read adds no count from before a deletion.
    func snapshot() -> Snapshot { Snapshot(counts: self, generation: state.withLock { $0.generation }) }

    func removeAll() {
        state.withLock { $0 = State(generation: $0.generation + 1) }
    }

    struct Snapshot {
        fileprivate let counts: ActionCounts
        fileprivate let generation: Int

        subscript(search: ActionSearch) -> Count? {
            get { counts.state.withLock { $0.generation == generation ? $0.counts[search] : nil } }
            nonmutating set {
                counts.state.withLock { state in
                    if state.generation == generation { state.counts[search] = newValue }
                }
            }
        }
    }
}
