import Domain
import FoundationEssentials
import Logging
import Operations

/// Deletes actions that are old by the clock and by the trusted time, and stores the trusted time for the next process.
actor Retention {
    private let backend: Backend
    private let logger: Logger
    private let pace: DeletionPace
    /// The current date, as an administrator confirmed it.
    private let confirmation: Date?
    /// The number of actions that are deleted in one transaction.
    private let step: Int
    /// The pause between two such transactions.
    private let pauseBetweenBatches: Duration
    private var watch: ClockWatch?
    private var isReported = false
    private var window: RetentionRecord.Window?
    /// The time when the record was last written; nil if it must be written again.
    private var written: ContinuousClock.Instant?

    /// The maximum age of the stored record. Each write invalidates the cached reads of the store; a server that ends without writing it
    /// loses this part of its running time.
    private static let interval = Duration.seconds(60)

    /// - Parameter age: the retention time of actions.
    init(
        backend: Backend, logger: Logger, age: Duration, confirmation: Date? = nil, step: Int = 500,
        pauseBetweenBatches: Duration = .milliseconds(100)
    ) {
        self.backend = backend
        self.logger = logger
        pace = DeletionPace(retention: age / .seconds(1))
        self.confirmation = confirmation
        self.step = step
        self.pauseBetweenBatches = pauseBetweenBatches
    }

    func run() async throws {
        let reading = backend.clockReading()
        let watch = try await observe(reading)
        let now = min(reading.wall, watch.trusted)
        let next = try await backend.oldestActionEnd().flatMap { pace.window(for: $0, at: now, ran: watch.ran, after: window) }
        try await write(watch, at: reading, next ?? window)
        guard let next else { return }
        let newest = watch.isSteady ? nil : try await newestActionEnd(at: reading)
        if let newest, !pace.allowsDeletions(newest: newest, at: reading.wall) { return }
        let cutOff = pace.cutOff(in: next, at: now, newest: newest)
        while try await backend.pruneActions(before: cutOff, limit: step) == step {
            try await Task.sleep(for: pauseBetweenBatches)
        }
    }

    /// The end of the newest action, which limits deletions until the clock is confirmed or was steady for a day.
    private func newestActionEnd(at reading: ClockReading) async throws -> Date? {
        guard let newest = try await backend.newestActionEnd() else { return nil }
        if !isReported, newest + 86_400 < reading.wall {
            isReported = true
            logger.notice(
                """
                the newest action is more than a day old: only actions that are old relative to it are deleted, until the server has run \
                for a day or is restarted with --confirm-clock \(Self.day(of: reading.wall))
                """, metadata: ["newest": "\(LogTime.text(of: newest))"])
        }
        return newest
    }

    /// Stores the trusted time, from which the next start continues.
    func finish() async throws {
        guard watch != nil else { return }
        let reading = backend.clockReading()
        let watch = try await observe(reading)
        written = nil
        try await write(watch, at: reading, window)
    }

    /// Stores the window before any deletion in it, so that a restart does not start another window.
    private func write(_ watch: ClockWatch, at reading: ClockReading, _ next: RetentionRecord.Window?) async throws {
        if let written, next == window, reading.instant - written < Self.interval { return }
        try await backend.put(watch.record(window: next))
        (window, written) = (next, reading.instant)
    }

    private func observe(_ reading: ClockReading) async throws -> ClockWatch {
        guard var current = watch else { return try await begin(at: reading) }
        let event = current.observe(reading)
        watch = current
        if let event { report(event, of: current, at: reading) }
        return current
    }

    private func begin(at reading: ClockReading) async throws -> ClockWatch {
        let record = try await backend.retentionRecord()
        window = record?.window
        var first = ClockWatch(record, at: reading)
        if isToday(reading.wall) {
            if first.isDoubtful(reading.wall) { logger.notice("the clock was confirmed: old actions are deleted by its date again") }
            first.confirm(at: reading)
        }
        if let event = first.observe(reading) { report(event, of: first, at: reading) }
        if first.isDoubtful(reading.wall), let confirmation {
            logger.warning(
                "the clock is not confirmed: --confirm-clock names another date than today's in UTC",
                metadata: ["confirmed": "\(LogTime.text(of: confirmation))", "now": "\(LogTime.text(of: reading.wall))"])
        }
        watch = first
        return first
    }

    /// Whether the confirmed date is today in UTC.
    private func isToday(_ now: Date) -> Bool {
        confirmation.map { (0..<86_400).contains(now.timeIntervalSince($0)) } ?? false
    }

    private static func day(of date: Date) -> String { Date.ISO8601FormatStyle().year().month().day().format(date) }

    private func report(_ event: ClockWatch.Event, of watch: ClockWatch, at reading: ClockReading) {
        written = nil
        switch event {
        case .jumped(let from, let to):
            logger.warning(
                """
                the clock jumped, or the server was off for more than a day: old actions are deleted by the time that servers have run \
                since, until they have run for a day with a steady clock, the clock returns to the expected time, or the server is restarted \
                with --confirm-clock \(Self.day(of: reading.wall))
                """,
                metadata: [
                    "from": "\(LogTime.text(of: from))", "to": "\(LogTime.text(of: to))",
                    "until": "\(LogTime.text(of: reading.wall + watch.remaining))",
                ])
        case .returned: logger.notice("the clock returned to the expected time: old actions are deleted by its date again")
        case .settled: logger.notice("the clock was steady for a day: old actions are deleted by its date again")
        }
    }
}
