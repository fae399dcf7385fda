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

    /// Foundation's parser accepts trailing text and nonexistent days such as June 31, and takes 0.2 ms.
    init?(parsing text: String) {
        var bytes = text.utf8[...]
        guard let year = Self.number(&bytes, digits: 4), Self.skip("-", &bytes), let month = Self.number(&bytes, digits: 2),
            Self.skip("-", &bytes), let day = Self.number(&bytes, digits: 2), let days = Self.days(year, month, day)
        else { return nil }
        guard let seconds = bytes.isEmpty ? 0 : Self.seconds(&bytes), bytes.isEmpty else { return nil }
        date = Date(timeIntervalSince1970: Double(days) * 86_400 + seconds)
    }

    /// The days from 1970-01-01 to a day of the Gregorian calendar; nil if there is no such day.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int? {
        let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard year >= 1, (1...12).contains(month), (1...lengths[month - 1]).contains(day) else { return nil }
        let earlier = year - 1
        let years = earlier * 365 + earlier / 4 - earlier / 100 + earlier / 400
        return years + lengths.prefix(month - 1).reduce(0, +) + day - 1 - 719_162
    }

    /// The seconds from the start of the day in UTC to a time of the day in its zone.
    private static func seconds(_ bytes: inout Substring.UTF8View) -> TimeInterval? {
        guard skip("T", &bytes), let hour = number(&bytes, digits: 2), hour < 24, skip(":", &bytes),
            let minute = number(&bytes, digits: 2), minute < 60, skip(":", &bytes), let second = number(&bytes, digits: 2), second < 60
        else { return nil }
        var fraction = 0.0
        if skip(".", &bytes) {
            let digits = bytes.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard !digits.isEmpty, let value = Double("0." + Substring(digits)) else { return nil }
            fraction = value
            bytes = bytes[digits.endIndex...]
        }
        guard let offset = zone(&bytes) else { return nil }
        return Double(60 * (hour * 60 + minute - offset) + second) + fraction
    }

    /// The minutes by which a zone is ahead of UTC.
    private static func zone(_ bytes: inout Substring.UTF8View) -> Int? {
        if skip("Z", &bytes) { return 0 }
        let isBehind = skip("-", &bytes)
        guard isBehind || skip("+", &bytes), let hours = number(&bytes, digits: 2), hours < 24, skip(":", &bytes),
            let minutes = number(&bytes, digits: 2), minutes < 60
        else { return nil }
        return (isBehind ? -1 : 1) * (hours * 60 + minutes)
    }

    private static func number(_ bytes: inout Substring.UTF8View, digits: Int) -> Int? {
        let field = bytes.prefix(digits)
        guard field.count == digits, field.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        bytes = bytes.dropFirst(digits)
        return field.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    private static func skip(_ character: Unicode.Scalar, _ bytes: inout Substring.UTF8View) -> Bool {
        guard bytes.first == UInt8(ascii: character) else { return false }
        bytes = bytes.dropFirst()
        return true
    }
}
