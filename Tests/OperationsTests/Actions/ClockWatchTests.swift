import Domain
import FoundationEssentials
import Operations
import Testing

@Suite("Detection of clock jumps")
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
        let isTrusted: Bool
    }

    private static let minute: TimeInterval = 60
    private static let hour: TimeInterval = 3600
    private static let day: TimeInterval = 86_400

    static let scenarios = [
        trusted("a year without restarts", [.run(365 * day)]),
        trusted("a restart each day", [.repeated(30, [.run(23 * hour), .off(hour)])]),
        trusted("off for 23 hours", [.off(23 * hour), .run(0)]),
        untrusted("off for 25 hours", [.off(25 * hour), .run(23 * hour)]),
        trusted("off for 25 hours, then a day of running", [.off(25 * hour), .run(day)]),
        trusted("off for 400 days, then a day of running", [.off(400 * day), .run(day)]),
        trusted("59 minutes ahead", [.jump(59 * minute), .run(hour)]),
        untrusted("61 minutes ahead", [.jump(61 * minute), .run(hour)]),
        trusted("59 minutes back", [.jump(-59 * minute), .run(hour)]),
        untrusted("61 minutes back", [.jump(-61 * minute), .run(hour)]),
        trusted("a second ahead each hour, for a year", [.repeated(365 * 24, [.jump(1), .run(hour)])]),
        untrusted("ten minutes ahead, seven times within a day", [.repeated(7, [.jump(10 * minute), .run(hour)])]),
        untrusted("400 days ahead while running", [.jump(400 * day), .run(23 * hour)]),
        trusted("400 days ahead while running, then a steady day", [.jump(400 * day), .run(10 * minute + day)]),
        untrusted("400 days ahead while off", [.off(0), .jump(400 * day), .run(23 * hour)]),
        trusted("400 days ahead while off, then a steady day", [.off(0), .jump(400 * day), .run(day)]),
        trusted(
            "400 days ahead, then a steady day with a restart each hour",
            [.jump(400 * day), .run(10 * minute), .repeated(25, [.run(hour), .off(minute)])]),
        untrusted("a restart does not shorten the day", [.jump(400 * day), .run(12 * hour), .off(20 * hour), .run(11 * hour)]),
        untrusted("another jump begins another day", [.jump(400 * day), .run(20 * hour), .jump(2 * hour), .run(20 * hour)]),
        untrusted(
            "another jump while off begins another day", [.jump(400 * day), .run(20 * hour), .off(0), .jump(2 * day), .run(20 * hour)]),
        untrusted("a jump every hour", [.repeated(100, [.jump(2 * hour), .run(hour)])]),
        trusted("ahead and back while running", [.jump(400 * day), .run(5 * hour), .jump(-400 * day), .run(0)]),
        trusted("ahead while off, back while running", [.off(0), .jump(400 * day), .run(5 * hour), .jump(-400 * day), .run(0)]),
        trusted("ahead while running, back while off", [.jump(400 * day), .run(5 * hour), .off(hour), .jump(-400 * day), .run(0)]),
        trusted(
            "ahead for ten days with a jump a day, then back while off",
            [.repeated(10, [.jump(40 * day), .run(20 * hour)]), .off(hour), .jump(-400 * day), .run(0)]),
        trusted(
            "without a battery: 1970 at each start, until the network is there",
            [.repeated(10, [.off(hour), .jump(-19_000 * day), .run(10 * minute), .jump(19_000 * day), .run(hour)])]),
        untrusted("400 days back", [.jump(-400 * day), .run(23 * hour)]),
        trusted("400 days back, for longer than a day", [.jump(-400 * day), .run(2 * day)]),
        untrusted("400 days back for two days, and ahead again", [.jump(-400 * day), .run(2 * day), .jump(400 * day), .run(hour)]),
        trusted("confirmed", [.jump(400 * day), .run(hour), .confirm, .run(hour)]),
        trusted("confirmed, then off and on", [.jump(400 * day), .run(hour), .confirm, .off(hour), .run(hour)]),
        untrusted("confirmed, then another jump", [.jump(400 * day), .run(hour), .confirm, .run(hour), .jump(2 * day), .run(hour)]),
    ]

    private static func trusted(_ text: String, _ steps: [Step]) -> Scenario {
        Scenario(testDescription: text, steps: steps, isTrusted: true)
    }
    private static func untrusted(_ text: String, _ steps: [Step]) -> Scenario {
        Scenario(testDescription: text, steps: steps, isTrusted: false)
    }

    @Test("After a jump the clock is trusted once it returns, is steady for a day, or is confirmed", arguments: scenarios)
    func trust(_ scenario: Scenario) {
        var server = Server()
        for step in [Step.run(Self.day)] + scenario.steps { server.perform(step) }
        #expect(server.watch.isTrusted == scenario.isTrusted)
        #expect((server.watch.remaining == 0) == scenario.isTrusted)
        #expect(server.watch.remaining <= Self.day)
    }

    @Test("A clock without a record is trusted")
    func first() {
        var server = Server()
        server.perform(.run(0))
        #expect(server.watch.isTrusted && server.events.isEmpty)
    }

    @Test("Each jump and its end are reported once per process, with the expected and the actual time")
    func events() {
        var server = Server()
        let start = server.wall
        for step in [Step.run(Self.day), .jump(400 * Self.day), .run(Self.hour)] { server.perform(step) }
        let jump = ClockWatch.Event.jumped(from: start + Self.day, to: start + 401 * Self.day)
        #expect(server.events == [jump])
        server.perform(.jump(-400 * Self.day))
        server.perform(.run(Self.hour))
        #expect(server.events == [jump, .returned])
        for step in [Step.jump(400 * Self.day), .run(2 * Self.day)] { server.perform(step) }
        #expect(server.events.dropFirst(3) == [.settled])
    }

    @Test("A new process reports an earlier jump again, with the remaining time of the day")
    func restart() {
        var server = Server()
        for step in [Step.jump(400 * Self.day), .run(10 * Self.hour), .off(0), .run(Self.hour)] { server.perform(step) }
        #expect(server.events.count == 2)
        #expect(abs(server.watch.remaining - 13 * Self.hour) <= 1200)
    }

    @Test("Without a record the clock is compared with the newest action", arguments: [(0, true), (23, true), (25, false), (-2, false)])
    func upgrade(hours: Double, isTrusted: Bool) {
        let reading = ClockReading(wall: Date(timeIntervalSince1970: 1_700_000_000), instant: .now)
        var watch = ClockWatch(RetentionRecord(trusted: reading.wall - hours * Self.hour), at: reading)
        _ = watch.observe(reading)
        #expect(watch.isTrusted == isTrusted)
    }

    /// A server whose clock follows the scenario.
    private struct Server {
        var wall = Date(timeIntervalSince1970: 1_700_000_000)
        var instant = ContinuousClock.now
        var watch: ClockWatch
        var events: [ClockWatch.Event] = []

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
                    observe()
                }
            case .off(let seconds):
                let record = watch.record(at: reading, window: nil)
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
