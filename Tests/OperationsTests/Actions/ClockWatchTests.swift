import Domain
import FoundationEssentials
import Operations
import TestValues
import Testing

@Suite("The time by which actions are deleted")
struct ClockWatchTests {
    /// An event of a server and its clock, in seconds.
    enum Step: Sendable {
        /// The server runs and reads its clock every ten minutes.
        case run(TimeInterval)
        /// The server is off.
        case off(TimeInterval)
        case jump(TimeInterval)
        case confirm
        case repeated(Int, [Step])
    }

    struct Scenario: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let steps: [Step]
        /// The lead of the clock over the trusted time in the end.
        let ahead: TimeInterval
    }

    private static let minute: TimeInterval = 60
    private static let hour: TimeInterval = 3600
    private static let day: TimeInterval = 86_400

    static let scenarios = [
        scenario("a year without restarts", 0, [.run(365 * day)]),
        scenario("a restart each hour for a year", 0, [.repeated(365 * 24, [.run(hour), .off(minute)]), .run(day)]),
        scenario("a restart each day, off for an hour", 0, [.repeated(30, [.run(25 * hour), .off(hour)]), .run(day)]),
        scenario("off for 23 hours", 23 * hour, [.off(23 * hour), .run(23 * hour)]),
        scenario("off for 23 hours, then a day of running", 0, [.off(23 * hour), .run(day)]),
        scenario("off for 400 days", 400 * day, [.off(400 * day), .run(23 * hour)]),
        scenario("off for a month, then a day of running", 0, [.off(30 * day), .run(day)]),
        scenario("59 minutes ahead", 0, [.jump(59 * minute), .run(day)]),
        scenario("61 minutes ahead", 61 * minute, [.jump(61 * minute), .run(23 * hour)]),
        scenario("59 minutes back", 0, [.jump(-59 * minute), .run(day)]),
        scenario("61 minutes back", -61 * minute, [.jump(-61 * minute), .run(23 * hour)]),
        scenario("a second ahead each hour, for a year", 0, [.repeated(365 * 24, [.jump(1), .run(hour)]), .run(day)]),
        scenario("ten minutes ahead each hour", 100 * 10 * minute, [.repeated(100, [.jump(10 * minute), .run(hour)])]),
        scenario("400 days ahead while running", 400 * day, [.jump(400 * day), .run(23 * hour)]),
        scenario("400 days ahead while running, then a steady day", 0, [.jump(400 * day), .run(day)]),
        scenario("400 days ahead while off", 400 * day, [.off(0), .jump(400 * day), .run(23 * hour)]),
        scenario("400 days ahead while off, then a steady day", 0, [.off(0), .jump(400 * day), .run(day)]),
        scenario(
            "400 days ahead, then a steady day with a restart each hour", 0,
            [.jump(400 * day), .run(10 * minute), .repeated(25, [.run(hour), .off(minute)])]),
        scenario("50 restarts, each 20 hours ahead", 50 * 20 * hour, [.repeated(50, [.off(0), .jump(20 * hour), .run(20 * hour)])]),
        scenario("50 restarts, each 20 hours ahead, then a steady day", 0, [.repeated(50, [.off(0), .jump(20 * hour)]), .run(25 * hour)]),
        scenario(
            "1000 restarts, each 61 minutes ahead", 1000 * 61 * minute, [.repeated(1000, [.off(0), .jump(61 * minute), .run(10 * minute)])]),
        scenario("1000 restarts, each 20 hours back", -1000 * 20 * hour, [.repeated(1000, [.off(0), .jump(-20 * hour), .run(hour)])]),
        scenario(
            "back and forth by 20 hours at each of 50 restarts", 0,
            [.repeated(25, [.off(0), .jump(20 * hour), .run(20 * hour), .off(0), .jump(-20 * hour), .run(20 * hour)])]),
        scenario(
            "back and forth by 400 days while running", 0,
            [.repeated(25, [.jump(400 * day), .run(5 * hour), .jump(-400 * day), .run(5 * hour)])]),
        scenario("off for 16 hours a day", 30 * 16 * hour, [.repeated(30, [.run(8 * hour), .off(16 * hour)])]),
        scenario("a jump begins another day", 400 * day + 2 * hour, [.jump(400 * day), .run(20 * hour), .jump(2 * hour), .run(20 * hour)]),
        scenario(
            "time off begins another day", 400 * day + 20 * hour, [.jump(400 * day), .run(12 * hour), .off(20 * hour), .run(23 * hour)]),
        scenario(
            "without a battery: 1970 at each start, until the network is there", 10 * hour,
            [.repeated(10, [.off(hour), .jump(-19_000 * day), .run(10 * minute), .jump(19_000 * day), .run(hour)])]),
        scenario("400 days back for longer than a day", 0, [.jump(-400 * day), .run(2 * day)]),
        scenario(
            "400 days back for two days, and ahead again", 400 * day, [.jump(-400 * day), .run(2 * day), .jump(400 * day), .run(hour)]),
        scenario("confirmed", 0, [.jump(400 * day), .run(hour), .confirm, .run(hour)]),
        scenario("confirmed, then off and on", hour, [.jump(400 * day), .run(hour), .confirm, .off(hour), .run(hour)]),
        scenario(
            "confirmed, then another jump", 2 * day, [.jump(400 * day), .run(hour), .confirm, .run(hour), .jump(2 * day), .run(hour)]),
    ]

    private static func scenario(_ text: String, _ ahead: TimeInterval, _ steps: [Step]) -> Scenario {
        Scenario(testDescription: text, steps: steps, ahead: ahead)
    }

    @Test("Time passes as servers run; other time counts after a steady day or a confirmation", arguments: scenarios)
    func trusted(_ scenario: Scenario) {
        var server = Server()
        for step in [Step.run(Self.day)] + scenario.steps { server.perform(step) }
        #expect(abs(server.wall.timeIntervalSince(server.watch.trusted) - scenario.ahead) < 30 * Self.minute)
        #expect(server.watch.ran == server.running)
        #expect((0...Self.day).contains(server.watch.remaining))
    }

    @Test("The trusted time never passes faster than servers run, except by a day of steady time", arguments: 0..<20)
    func random(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        var server = Server()
        server.perform(.run(Self.day))
        let (start, ran) = (server.watch.trusted, server.running)
        for _ in 0..<200 {
            // Each claim is more than an hour away from the one before, and less than a day old.
            let size = Double.random(in: 2...1000, using: &generator) * Self.hour
            server.perform(.jump(Bool.random(using: &generator) ? size : -size))
            if Bool.random(using: &generator) { server.perform(.off(0)) }
            server.perform(.run(Double(Int.random(in: 0..<23, using: &generator)) * Self.hour))
        }
        #expect(abs(server.watch.trusted.timeIntervalSince(start) - (server.running - ran)) < 1)
    }

    @Test("A clock without a record is trusted, but not steady yet")
    func first() {
        var server = Server()
        server.perform(.run(0))
        #expect(server.watch.trusted == server.wall && server.events.isEmpty && !server.watch.isSteady)
    }

    @Test("The clock is steady after a day without a jump or a confirmation, restarts included, until it jumps or the server is off")
    func steadiness() {
        var server = Server()
        for (step, isSteady) in [
            (.run(Self.day - 600), false), (.off(Self.minute), false), (.run(600), true), (.off(Self.minute), true),
            (.run(Self.hour), true),
            (.jump(2 * Self.hour), true), (.run(0), false), (.confirm, true), (.off(2 * Self.hour), true), (.run(0), false),
        ] as [(Step, Bool)] {
            server.perform(step)
            #expect(server.watch.isSteady == isSteady, "\(step)")
        }
    }

    @Test("A difference of more than a day and its end are reported once per process, with the expected and the actual time")
    func events() {
        var server = Server()
        let start = server.wall
        for step in [Step.run(Self.day), .jump(23 * Self.hour), .run(Self.hour)] { server.perform(step) }
        #expect(server.events.isEmpty)
        for step in [Step.jump(377 * Self.day), .run(Self.hour)] { server.perform(step) }
        let now = start + Self.day + Self.hour
        let jump = ClockWatch.Event.jumped(from: now, to: now + 377 * Self.day + 23 * Self.hour)
        #expect(server.events == [jump])
        server.perform(.jump(-377 * Self.day))
        server.perform(.run(Self.hour))
        #expect(server.events == [jump, .returned])
        for step in [Step.jump(-400 * Self.day), .run(2 * Self.day)] { server.perform(step) }
        #expect(server.events.dropFirst(3) == [.settled])
    }

    @Test("A new process reports an earlier jump again, with the remaining time of the day")
    func restart() {
        var server = Server()
        for step in [Step.jump(400 * Self.day), .run(10 * Self.hour), .off(0), .run(Self.hour)] { server.perform(step) }
        #expect(server.events.count == 2)
        #expect(abs(server.watch.remaining - 13 * Self.hour) <= 1200)
    }

    @Test("Without a record the newest action is the trusted time", arguments: [0, 23, 25, -2])
    func upgrade(hours: Double) {
        let reading = ClockReading(wall: Date(timeIntervalSince1970: 1_700_000_000), instant: .now)
        let newest = reading.wall - hours * Self.hour
        var watch = ClockWatch(RetentionRecord(trusted: newest), at: reading)
        let event = watch.observe(reading)
        #expect(watch.trusted == newest && (event != nil) == (hours == 25))
    }

    /// A server whose clock follows the scenario.
    private struct Server {
        var wall = Date(timeIntervalSince1970: 1_700_000_000)
        var instant = ContinuousClock.now
        var watch: ClockWatch
        var events: [ClockWatch.Event] = []
        var running: TimeInterval = 0

        init() {
            watch = ClockWatch(nil, at: ClockReading(wall: wall, instant: instant))
        }

        private var reading: ClockReading { ClockReading(wall: wall, instant: instant) }

        mutating func perform(_ step: Step) {
            switch step {
            case .run(let seconds):
                observe()
                for _ in 0..<Int(seconds / 600) {
                    pass(600)
                    running += 600
                    observe()
                }
            case .off(let seconds):
                let record = watch.record(window: nil)
                pass(seconds)
                // Monotonic time restarts with the machine.
                instant = .now
                watch = ClockWatch(record, at: reading)
            case .jump(let seconds): wall += seconds
            case .confirm: watch.confirm(at: reading)
            case .repeated(let count, let steps): for _ in 0..<count { for step in steps { perform(step) } }
            }
        }

        private mutating func pass(_ seconds: TimeInterval) {
            wall += seconds
            instant += .seconds(seconds)
        }

        private mutating func observe() {
            if let event = watch.observe(reading) { events.append(event) }
        }
    }
}
