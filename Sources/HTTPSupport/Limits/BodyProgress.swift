import NIOCore

/// How much of a body is here, and how long the server has waited for it.
package struct BodyProgress: Equatable {
    var payload = 0
    /// Bytes that frame chunks.
    var overhead = 0
    /// How much is still to come; nil where nobody knows.
    var remaining: Int?
    var waited: TimeAmount = .zero

    init(remaining: Int?) {
        self.remaining = remaining
    }

    /// How much longer the server waits for the next piece. Every byte that came buys time.
    func patience(_ limits: ConnectionLimits) -> TimeAmount {
        let earned = TimeAmount.milliseconds(Int64(payload) * 1000 / Int64(limits.bodyRate))
        return TimeAmount(limits.bodyGrace) + earned - waited
    }
}
