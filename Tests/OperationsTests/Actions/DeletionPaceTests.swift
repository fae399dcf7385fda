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
            if let oldest = ended.min(), let next = pace.window(for: oldest, at: time, after: window) {
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
        #expect(pace.window(for: now - age * Self.day, at: now, after: nil) == nil)
    }

    @Test("Neither a restart nor setting the clock back a little starts a new hour", arguments: [0, 3599, -3599])
    func restart(seconds: TimeInterval) {
        let window = RetentionRecord.Window(began: now, ceiling: now - 400 * Self.day)
        #expect(pace.window(for: now - 399 * Self.day, at: now + seconds, after: window) == window)
    }

    @Test("The next hour starts with the oldest action", arguments: [3600, 86_400, -3600, -86_400 * 400])
    func next(seconds: TimeInterval) {
        let (window, time) = (RetentionRecord.Window(began: now, ceiling: now - 500 * Self.day), now + seconds)
        let oldest = time - 30 * Self.day
        let expected = RetentionRecord.Window(began: time, ceiling: oldest + Self.day)
        #expect(pace.window(for: oldest, at: time, after: window) == expected)
    }
}
