import FoundationEssentials

/// A date as mail and this API write it, always in UTC: `Mon, 13 Oct 2014 11:01:43 +0000` (RFC 2822, section 3.3).
struct InternetDate {
    let date: Date

    init(_ date: Date) {
        self.date = date
    }

    /// Reads what ``description`` writes and nothing else: a day that the month does not have, or another weekday, is no date.
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
