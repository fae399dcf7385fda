import Logging
import Synchronization

/// The attempts to watch an engine or a cluster, which the tasks of a watcher share: decides when the next one follows, and logs their
/// outcomes.
final class WatchAttempts: Sendable {
    typealias Instant = ContinuousClock.Instant

    private struct State {
        var backoff: Backoff
        var notices: Notices
        /// The time at which the present attempt succeeded.
        var began: Instant?
    }

    private let state: Mutex<State>

    init(_ backoff: Backoff, _ logger: Logger) {
        state = Mutex(State(backoff: backoff, notices: Notices(logger)))
    }

    /// The lists were read and reported, and the events are open.
    func began(_ message: String, _ metadata: Logger.Metadata, at now: Instant = .now) {
        state.withLock { state in
            guard state.began == nil else { return }
            state.began = now
            state.notices.recovered(message, metadata)
        }
    }

    /// The watch delivered an event. The next failure is followed by the shortest pause.
    func delivered() {
        state.withLock { $0.backoff.reset() }
    }

    /// The agent waits for its turn.
    func waits(_ message: String) {
        state.withLock { $0.notices.recovered(message) }
    }

    /// The attempt ended.
    /// - Returns: the time to wait until the next one. It grows until a watch delivers an event or lasts longer than the longest pause.
    func failed(_ sentence: String, at now: Instant = .now, random: Double = .random(in: 0...1)) -> Duration {
        state.withLock { state in
            state.notices.failed(sentence)
            if let began = state.began, now > began + state.backoff.longest { state.backoff.reset() }
            state.began = nil
            return state.backoff.next(random: random)
        }
    }
}
