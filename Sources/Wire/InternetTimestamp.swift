import FoundationEssentials

/// A date of RFC 3339, section 5.6: `2026-11-24T06:10:02Z`, `2026-11-24T07:10:02.5+01:00`, or a day, which stands for its beginning
/// in UTC.
struct InternetTimestamp {
    let date: Date

    /// Foundation's parser takes what follows a date, and the 31st of every month: only a day that it writes again is one.
    init?(parsing text: String) {
        let style = Date.ISO8601FormatStyle().year().month().day()
        let day = String(text.prefix(10))
        guard text.utf8.allSatisfy({ $0 < 0x80 }), let start = try? style.parse(day), style.format(start) == day else { return nil }
        let time = text.dropFirst(10)
        guard let seconds = time.isEmpty ? 0 : Self.seconds(time) else { return nil }
        date = start + seconds
    }

    /// What a time of the day and its zone add to the beginning of the day in UTC.
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
