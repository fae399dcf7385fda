import Synchronization

/// Whether the outcome of a change at a registry is known. The requests for one change share it: authentication, a closed connection and a
/// failed mount cause several.
package final class Transmission: Sendable {
    private struct State {
        /// Whether a request was sent whose response has not arrived.
        var isPending = false
        /// Whether a request was repeated after one without a response. The registry may have carried out the first one.
        var isRepeated = false
    }

    private let state = Mutex(State())

    package init() {}

    /// Whether the registry may have carried out the change.
    package var isOutcomeUnknown: Bool { state.withLock { $0.isPending || $0.isRepeated } }

    /// A request may be sent from now on.
    func begin() {
        state.withLock { state in
            state.isRepeated = state.isRepeated || state.isPending
            state.isPending = true
        }
    }

    /// The request was not sent, or not completely.
    func cancel() { state.withLock { $0.isPending = false } }

    /// The head of a response has arrived. A success counts when ``finish(status:)`` is called, since the caller may have given up.
    func receive(status: Int) { if !(200..<300).contains(status) { cancel() } }

    /// The response has reached the caller.
    package func finish(status: Int) {
        state.withLock { state in
            state.isPending = false
            // A repeated request fails if the first one was carried out, for example with 404 to a deletion.
            if (200..<300).contains(status) { state.isRepeated = false }
        }
    }
}
