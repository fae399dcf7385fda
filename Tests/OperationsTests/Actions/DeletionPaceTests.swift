import Domain
import FoundationEssentials
import Operations
import Testing

@Suite("The rate limit of action deletion")
struct DeletionPaceTests {
    private static let hour: TimeInterval = 3600
    private static let day: TimeInterval = 86_400
    private let pace = DeletionPace(retention: 10 * day)
    private let now = Date(timeIntervalSince1970: 1_700_000_000)

    /// Deletes like the server, every half minute.
    /// - Parameter ages: the ages of the actions, in days.
    /// - Returns: the number of remaining actions after each hour.
    private func run(_ ages: [Double], hours: Int) -> [Int] {
        var (ended, window, left) = (ages.map { now - $0 * Self.day }, RetentionRecord.Window?.none, [Int]())
        for second in stride(from: 0, to: Double(hours) * Self.hour, by: 30) {
            let time = now + second
            if let oldest = ended.min(), let next = pace.window(for: oldest, at: time, ran: second, after: window) {
                window = next
                ended.removeAll { $0 < pace.cutOff(in: next, at: time, newest: nil) }
            }
            if (second + 30).truncatingRemainder(dividingBy: Self.hour) == 0 { left.append(ended.count) }
        }
        return left
    }

    @Test("At most one day's worth of actions is deleted per hour, independent of their age and number")
    func backlog() {
        let ages = (0..<400).map { (number: Int) -> Double in
            let (day, part) = number.quotientAndRemainder(dividingBy: 100)
            return 20.5 - 1.001 * Double(day) - 0.009 * Double(part)
        }
        #expect(run(ages, hours: 6) == [300, 200, 100, 0, 0, 0])
    }

    @Test("Days without actions are skipped")
    func gaps() {
        #expect(run([4000, 3000, 2000, 1000, 9], hours: 5) == [4, 3, 2, 1, 1])
    }

    @Test("Actions that expire while the server runs are deleted at once")
    func steady() {
        let ages = (0..<240).map { 10 - Double($0) / 240 }
        #expect(run(ages, hours: 4) == [230, 220, 210, 200])
    }

    @Test("Actions within the retention time are retained", arguments: [10, 9.99, 0, -400])
    func young(age: Double) {
        #expect(pace.window(for: now - age * Self.day, at: now, ran: 0, after: nil) == nil)
    }

    @Test(
        "No new hour starts before servers have run for an hour, however often the clock is set",
        arguments: [0.0, 3599], [0, 20, -20, 24 * 400] as [Double])
    func sameHour(seconds: TimeInterval, hours: Double) {
        let window = RetentionRecord.Window(began: 5000, ceiling: now - 400 * Self.day)
        let time = now + hours * Self.hour
        #expect(pace.window(for: time - 30 * Self.day, at: time, ran: 5000 + seconds, after: window) == window)
    }

    @Test(
        "The next hour starts with the oldest action, however often the clock is set", arguments: [3600.0, 86_400],
        [0, 20, -20] as [Double])
    func nextHour(seconds: TimeInterval, hours: Double) {
        let window = RetentionRecord.Window(began: 5000, ceiling: now - 500 * Self.day)
        let time = now + hours * Self.hour
        let oldest = time - 30 * Self.day
        let expected = RetentionRecord.Window(began: 5000 + seconds, ceiling: oldest + Self.day)
        #expect(pace.window(for: oldest, at: time, ran: 5000 + seconds, after: window) == expected)
    }

    @Test("If even the newest action is older than the retention, none is deleted by a clock that is not steady")
    func newest() {
        #expect(pace.allowsDeletions(newest: now - 10 * Self.day, at: now))
        #expect(!pace.allowsDeletions(newest: now - 10 * Self.day - 1, at: now))
    }

    @Test(
        "Actions that are older than the newest one by at most the retention are retained, whatever their age",
        arguments: [(0.0, 10.0), (1, 11), (9.9, 19.9)])
    func relativeAge(newest: Double, kept: Double) {
        let window = RetentionRecord.Window(began: 0, ceiling: .distantFuture)
        let cutOff = pace.cutOff(in: window, at: now, newest: now - newest * Self.day)
        #expect(now - kept * Self.day >= cutOff && now - (kept + 0.001) * Self.day < cutOff)
    }

    @Test(
        "The window, the clock and the newest action each limit the deletion",
        arguments: [(12.0, 0.0, 12.0), (30, 5, 15), (9, 5, 15), (9, -3, 10)])
    func limits(ceiling: Double, newest: Double, end: Double) {
        let window = RetentionRecord.Window(began: 0, ceiling: now - ceiling * Self.day)
        let expected = now - max(end, ceiling) * Self.day
        #expect(pace.cutOff(in: window, at: now, newest: now - newest * Self.day) == expected)
    }
}
