/// The times to wait between attempts: each is twice the one before, up to a limit, and random between half of that and all of it, so
/// that many agents do not return at the same moment.
struct Backoff: Hashable, Sendable {
    let first: Duration
    let longest: Duration
    private var failures = 0

    init(first: Duration, longest: Duration) {
        self.first = first
        self.longest = longest
    }

    /// - Parameter random: a number from 0 to 1.
    mutating func next(random: Double = .random(in: 0...1)) -> Duration {
        let full = min(longest, first * (1 << min(failures, 20)))
        failures += 1
        return full * (0.5 + random / 2)
    }

    mutating func reset() {
        failures = 0
    }
}
