import Testing

@testable import Agent

@Suite("When an agent reports")
struct ReportScheduleTests {
    private let start = ContinuousClock.now
    private var schedule = ReportSchedule(pace: Pace())

    private func after(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test("Without a look at the engine, nothing is sent")
    func noLook() {
        #expect(schedule.step(for: nil, at: start) == .wait(until: nil))
    }

    @Test("The first report contains the services, and one of unchanged services follows after 45 s without them")
    mutating func heartbeat() {
        #expect(schedule.step(for: "a", at: start) == .send(withServices: true))
        schedule.succeeded("a", withServices: true, at: start)
        #expect(schedule.step(for: "a", at: after(44)) == .wait(until: after(45)))
        #expect(schedule.step(for: "a", at: after(45)) == .send(withServices: false))
        schedule.succeeded("a", withServices: false, at: after(45))
        #expect(schedule.step(for: "a", at: after(89)) == .wait(until: after(90)))
    }

    @Test("A change is sent at once, with the services")
    mutating func change() {
        schedule.succeeded("a", withServices: true, at: start)
        #expect(schedule.step(for: "b", at: after(1)) == .send(withServices: true))
    }

    private func milliseconds(_ number: Int) -> ContinuousClock.Instant { start + .milliseconds(number) }

    @Test("While changes continue, the pauses between their reports grow to ten times the time of a report, at most 10 s")
    mutating func changesContinue() {
        var (now, pauses) = (start, [Duration]())
        for number in 0..<8 {
            schedule.succeeded("\(number)", withServices: true, at: now, after: .milliseconds(700))
            guard case .wait(let until?) = schedule.step(for: "next", at: now) else { break }
            #expect(schedule.step(for: "next", at: until) == .send(withServices: true))
            pauses.append(until - now)
            now = until + .milliseconds(700)
        }
        #expect(pauses == [1, 2, 4, 7, 7, 7, 7, 7].map { .seconds($0) })
        schedule.succeeded("a", withServices: true, at: now, after: .seconds(5))
        schedule.succeeded("b", withServices: true, at: now + .seconds(15), after: .seconds(5))
        #expect(schedule.step(for: "c", at: now + .seconds(15)) == .wait(until: now + .seconds(25)))
    }

    @Test("A short report is soon followed by another one, and a change after a quiet time is sent at once")
    mutating func changeAfterQuiet() {
        schedule.succeeded("a", withServices: true, at: start, after: .milliseconds(10))
        #expect(schedule.step(for: "b", at: start) == .wait(until: milliseconds(100)))
        schedule.succeeded("b", withServices: true, at: milliseconds(110), after: .milliseconds(500))
        schedule.succeeded("c", withServices: true, at: milliseconds(1610), after: .milliseconds(500))
        #expect(schedule.step(for: "d", at: milliseconds(1610)) == .wait(until: milliseconds(3610)))
        #expect(schedule.step(for: "d", at: milliseconds(9000)) == .send(withServices: true))
        schedule.succeeded("d", withServices: true, at: milliseconds(9500), after: .milliseconds(500))
        #expect(schedule.step(for: "e", at: milliseconds(9500)) == .wait(until: milliseconds(10_500)))
    }

    @Test("Another process begins with all services, at once if the one before was replaced")
    mutating func process() {
        schedule.succeeded("a", withServices: true, at: start, after: .seconds(1))
        schedule.startProcess()
        #expect(schedule.step(for: "a", at: start) == .send(withServices: true))
        schedule.failed(.replaced, withServices: true, at: start)
        schedule.startProcess()
        #expect(schedule.step(for: "a", at: start) == .send(withServices: true))
        schedule.failed(.refused, withServices: true, at: start)
        schedule.startProcess()
        #expect(schedule.step(for: "a", at: start) == .wait(until: after(60)))
    }

    @Test("The services are sent every 5 minutes, even if nothing changes")
    mutating func everything() {
        schedule.succeeded("a", withServices: true, at: start)
        for time in stride(from: 45, to: 300, by: 45) {
            #expect(schedule.step(for: "a", at: after(time)) == .send(withServices: false))
            schedule.succeeded("a", withServices: false, at: after(time))
        }
        #expect(schedule.step(for: "a", at: after(299)) == .wait(until: after(300)))
        #expect(schedule.step(for: "a", at: after(300)) == .send(withServices: true))
    }

    @Test("An engine that cannot be read is not reported, and its next look is")
    mutating func engineFails() {
        schedule.succeeded("a", withServices: true, at: start)
        #expect(schedule.step(for: nil, at: after(600)) == .wait(until: nil))
        #expect(schedule.step(for: "a", at: after(601)) == .send(withServices: true))
    }

    @Test("If the server does not know the services, they are sent at once")
    mutating func unknown() {
        schedule.succeeded("a", withServices: true, at: start)
        schedule.failed(.unknown, withServices: false, at: after(60))
        #expect(schedule.step(for: "a", at: after(60)) == .send(withServices: true))
        schedule.failed(.unknown, withServices: true, at: after(60), random: 1)
        #expect(schedule.step(for: "a", at: after(60)) == .wait(until: after(60) + .milliseconds(500)))
    }

    @Test("Failures of the server are followed by growing pauses, also for changes, until a report is stored")
    mutating func backoff() {
        for (failure, pause) in [(1, 500), (2, 1000), (3, 2000), (4, 4000)] {
            schedule.failed(.unavailable(retryAfter: nil), withServices: true, at: start, random: 1)
            let end = start + .milliseconds(pause)
            #expect(schedule.step(for: "a\(failure)", at: start) == .wait(until: end))
            #expect(schedule.step(for: "a\(failure)", at: end) == .send(withServices: true))
        }
        schedule.succeeded("a", withServices: true, at: start)
        schedule.failed(.unavailable(retryAfter: nil), withServices: true, at: start, random: 1)
        #expect(schedule.step(for: "b", at: start) == .wait(until: start + .milliseconds(500)))
    }

    @Test("The agent waits as long as the server demands, up to 5 minutes", arguments: [(7, 7), (3600, 300)])
    mutating func retryAfter(_ demanded: Int, _ pause: Int) {
        schedule.failed(.unavailable(retryAfter: .seconds(demanded)), withServices: true, at: start)
        #expect(schedule.step(for: "a", at: start) == .wait(until: after(pause)))
    }

    @Test(
        "After a refusal the agent waits for a minute, and after its replacement for five",
        arguments: [(ReportSchedule.Failure.refused, 60), (.replaced, 300)])
    mutating func refusals(_ failure: ReportSchedule.Failure, _ pause: Int) {
        schedule.failed(failure, withServices: true, at: start)
        #expect(schedule.step(for: "b", at: after(pause - 1)) == .wait(until: after(pause)))
        #expect(schedule.step(for: "b", at: after(pause)) == .send(withServices: true))
    }
}

@Suite("Pauses between attempts")
struct BackoffTests {
    @Test("Pauses double up to the limit, and start again after a success")
    func doubles() {
        var backoff = Backoff(first: .seconds(1), longest: .seconds(5))
        let pauses = (0..<5).map { _ in backoff.next(random: 1) }
        #expect(pauses == [1, 2, 4, 5, 5].map { .seconds($0) })
        backoff.reset()
        let first = backoff.next(random: 1)
        #expect(first == .seconds(1))
    }

    @Test("A pause is random between half of its length and all of it")
    func jitter() {
        var backoff = Backoff(first: .seconds(1), longest: .seconds(1))
        let shortest = backoff.next(random: 0)
        #expect(shortest == .milliseconds(500))
        let pauses = Set((0..<20).map { _ in backoff.next() })
        #expect(pauses.count > 1)
    }

    @Test("A thousand failures do not overflow")
    func many() {
        var backoff = Backoff(first: .seconds(1), longest: .seconds(60))
        for _ in 0..<1000 { _ = backoff.next() }
        let last = backoff.next(random: 1)
        #expect(last == .seconds(60))
    }
}
