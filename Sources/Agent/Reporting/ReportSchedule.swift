/// Decides when the agent reports, and whether the report contains the services.
struct ReportSchedule: Hashable, Sendable {
    typealias Instant = ContinuousClock.Instant

    enum Step: Hashable, Sendable {
        case send(withServices: Bool)
        /// Waits until a look, or until the time if there is one.
        case wait(until: Instant?)
    }

    /// The reason why the server did not store a report.
    enum Failure: Hashable, Sendable {
        /// The server needs the services.
        case unknown
        /// Another run of an agent reports for this engine.
        case replaced
        /// The server refuses the report, the key or the name.
        case refused
        case unavailable(retryAfter: Duration?)
    }

    private struct Stored: Hashable {
        let hash: String
        let time: Instant
        /// The time of the last report with all services.
        let everything: Instant
        /// The pause after that until the next report of a change.
        let pause: Duration
    }

    private let pace: Pace
    private var backoff: Backoff
    private var stored: Stored?
    private var isHeldUntil: Instant?
    /// Whether it is held because another process reports.
    private var isReplaced = false

    init(pace: Pace) {
        self.pace = pace
        backoff = pace.serverBackoff
    }

    /// - Parameter hash: the hash of the services at the latest look; nil if there is none that may be reported.
    func step(for hash: String?, at now: Instant) -> Step {
        guard let hash else { return .wait(until: nil) }
        if let isHeldUntil, now < isHeldUntil { return .wait(until: isHeldUntil) }
        guard let stored else { return .send(withServices: true) }
        guard stored.hash == hash, now < stored.everything + pace.everything else {
            let due = stored.everything + stored.pause
            return now < due ? .wait(until: due) : .send(withServices: true)
        }
        let due = min(stored.time + pace.heartbeat, stored.everything + pace.everything)
        return now < due ? .wait(until: due) : .send(withServices: false)
    }

    /// Begins to report as another process, of which the server knows nothing.
    mutating func startProcess() {
        stored = nil
        if isReplaced { isHeldUntil = nil }
        isReplaced = false
    }

    /// - Parameter duration: the time from the request to the response.
    mutating func succeeded(_ hash: String, withServices: Bool, at now: Instant, after duration: Duration = .zero) {
        backoff.reset()
        isHeldUntil = nil
        isReplaced = false
        let pause = withServices ? pause(after: duration, until: now) : stored?.pause ?? .zero
        stored = Stored(hash: hash, time: now, everything: withServices ? now : stored?.everything ?? now, pause: pause)
    }

    /// The pause after a report with all services. It doubles while changes continue, and is short again after a quiet time.
    private func pause(after duration: Duration, until now: Instant) -> Duration {
        var limit = pace.firstReportPause
        if let stored, stored.pause > .zero, now - duration < stored.everything + stored.pause * 2 { limit = max(limit, stored.pause * 2) }
        return min(duration * 10, limit, pace.longestReportPause)
    }

    mutating func failed(_ failure: Failure, withServices: Bool, at now: Instant, random: Double = .random(in: 0...1)) {
        isReplaced = failure == .replaced
        switch failure {
        case .unknown:
            stored = nil
            // A server that does not even accept the services is asked less and less often.
            isHeldUntil = withServices ? now + backoff.next(random: random) : nil
        case .replaced: isHeldUntil = now + pace.replaced
        case .refused: isHeldUntil = now + max(pace.refusal, backoff.next(random: random))
        case .unavailable(let retryAfter): isHeldUntil = now + max(backoff.next(random: random), min(retryAfter ?? .zero, pace.replaced))
        }
    }
}
