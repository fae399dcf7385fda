import Logging
import TestSupport
import Testing

@testable import Agent

@Suite("The attempts to watch an engine")
struct WatchAttemptsTests {
    private let start = ContinuousClock.now
    private let log = CapturedLog()
    private let attempts: WatchAttempts

    init() {
        attempts = WatchAttempts(Backoff(first: .seconds(1), longest: .seconds(15)), log.logger())
    }

    private func fail(after seconds: Int = 0) -> Duration {
        attempts.failed("it failed", at: start + .seconds(seconds), random: 1)
    }

    @Test("Pauses grow while no attempt succeeds, also if the watch began")
    func grows() {
        let pauses = (0..<6).map { _ in
            attempts.began("watched", [:], at: start)
            return fail()
        }
        #expect(pauses == [1, 2, 4, 8, 15, 15].map { .seconds($0) })
    }

    @Test("After an event, the next pause is the shortest")
    func event() {
        _ = (fail(), fail())
        attempts.began("watched", [:], at: start)
        attempts.delivered()
        #expect(fail() == .seconds(1))
        #expect(fail() == .seconds(2))
    }

    @Test("After a watch that lasted longer than the longest pause, the next pause is the shortest")
    func lasting() {
        _ = (fail(), fail())
        attempts.began("watched", [:], at: start)
        #expect(fail(after: 15) == .seconds(4))
        attempts.began("watched", [:], at: start)
        #expect(fail(after: 16) == .seconds(1))
        // An attempt that waits for its turn and then fails does not last.
        #expect(fail(after: 1000) == .seconds(2))
    }

    @Test("An attempt is logged once when it began, and a repeated failure is logged once")
    func notices() {
        _ = (fail(), fail())
        attempts.began("watched", ["engine": "docker"], at: start)
        attempts.began("watched", ["engine": "docker"], at: start)
        #expect(log.lines.filter { !$0.hasPrefix("debug") } == ["warning it failed", "notice watched engine=docker"])
        #expect(log.lines.count == 3)
    }
}
