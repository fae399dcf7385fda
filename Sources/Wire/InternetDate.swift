import FoundationEssentials

/// A date in the format of email (RFC 2822, section 3.3), always in UTC: `Mon, 13 Oct 2014 11:01:43 +0000`.
struct InternetDate {
    let date: Date

    init(_ date: Date) {
        self.date = date
    }

    /// Accepts exactly the texts that ``description`` produces. Nonexistent days and wrong weekdays are invalid.
    init?(parsing text: String) {
        let fields = text.split { " ,:".contains($0) }
        guard fields.count == 8, let month = Self.months.firstIndex(of: String(fields[2])) else { return nil }
        let numbers = [1, 3, 4, 5, 6].compactMap { Int(fields[$0]) }.filter { (0...9999).contains($0) }
        guard numbers.count == 5 else { return nil }
        let components = DateComponents(
            year: numbers[1], month: month + 1, day: numbers[0], hour: numbers[2], minute: numbers[3], second: numbers[4])
        guard let date = Self.calendar.date(from: components), Self(date).description == text else { return nil }
        self.date = date
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static let calendar: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }()
}

extension InternetDate: CustomStringConvertible {
    var description: String {
        let parts = Self.calendar.dateComponents([.weekday, .day, .month, .year, .hour, .minute, .second], from: date)
        let weekday = Self.weekdays[(parts.weekday ?? 1) - 1]
        let month = Self.months[(parts.month ?? 1) - 1]
        let time = [parts.hour, parts.minute, parts.second].map { Self.padded($0, to: 2) }.joined(separator: ":")
        return "\(weekday), \(Self.padded(parts.day, to: 2)) \(month) \(Self.padded(parts.year, to: 4)) \(time) +0000"
    }

    private static func padded(_ number: Int?, to width: Int) -> String {
        let digits = String(number ?? 0)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

/// A date of RFC 3339, section 5.6: `2026-11-24T06:10:02Z`, `2026-11-24T07:10:02.5+01:00`, or a day, which means 00:00:00 UTC on that
/// day.
struct InternetTimestamp {
    let date: Date

    /// Foundation's parser accepts trailing text and nonexistent days such as June 31. Only a day that formatting the result reproduces
    /// is valid.
    init?(parsing text: String) {
        let style = Date.ISO8601FormatStyle().year().month().day()
        let day = String(text.prefix(10))
        guard text.utf8.allSatisfy({ $0 < 0x80 }), let start = try? style.parse(day), style.format(start) == day else { return nil }
        let time = text.dropFirst(10)
        guard let seconds = time.isEmpty ? 0 : Self.seconds(time) else { return nil }
        date = start + seconds
    }

    /// The seconds from the start of the day in UTC to a time of the day in its zone.
    private static func seconds(_ text: Substring) -> TimeInterval? {
        let pattern = /T(\d\d):(\d\d):(\d\d(?:\.\d+)?)(?:Z|([+-])(\d\d):(\d\d))/
        guard let match = text.wholeMatch(of: pattern)?.output, let hour = Int(match.1), hour < 24, let minute = Int(match.2), minute < 60,
            let second = Double(match.3), second < 60
        else { return nil }
        let zone = (Int(match.5 ?? "0") ?? 0, Int(match.6 ?? "0") ?? 0)
        guard zone.0 < 24, zone.1 < 60 else { return nil }
        let offset = zone.0 * 60 + zone.1
        return second + Double(60 * (hour * 60 + minute - (match.4 == "-" ? -offset : offset)))
    }
}
