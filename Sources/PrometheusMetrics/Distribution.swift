/// Durations, counted in buckets.
struct Distribution: Sendable {
    /// The upper bounds, as written and in nanoseconds. They span a manifest from the cache and the default of `--upstream-timeout`.
    private static let bounds: [(text: String, nanoseconds: Int64)] = [
        ("0.001", 1_000_000), ("0.005", 5_000_000), ("0.01", 10_000_000), ("0.025", 25_000_000), ("0.05", 50_000_000),
        ("0.1", 100_000_000), ("0.25", 250_000_000), ("0.5", 500_000_000), ("1", 1_000_000_000), ("2.5", 2_500_000_000),
        ("5", 5_000_000_000), ("10", 10_000_000_000), ("30", 30_000_000_000), ("60", 60_000_000_000), ("300", 300_000_000_000),
    ]

    /// The numbers of durations up to each bound and above the previous one, and of those above all bounds.
    private var buckets = [Int64](repeating: 0, count: Self.bounds.count + 1)
    private var nanoseconds: Int64 = 0
    private(set) var count: Int64 = 0

    mutating func record(nanoseconds duration: Int64) {
        let duration = max(0, duration)
        buckets[Self.bounds.firstIndex { duration <= $0.nanoseconds } ?? Self.bounds.count] += 1
        nanoseconds = nanoseconds.addingReportingOverflow(duration).overflow ? .max : nanoseconds + duration
        count += 1
    }

    /// The sum of all durations.
    var seconds: Double { Double(nanoseconds) / 1_000_000_000 }

    /// The number of durations up to each bound; the last one is that of all.
    var cumulative: [(bound: String, count: Int64)] {
        var count: Int64 = 0
        return zip(Self.bounds.map(\.text) + ["+Inf"], buckets).map { bound, number in
            count += number
            return (bound, count)
        }
    }
}
