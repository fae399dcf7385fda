import FoundationEssentials
import Testing

@testable import Wire

@Suite("Dates of RFC 3339")
struct InternetTimestampTests {
    @Test(
        "What RFC 3339 has as a date is read, to the fraction and in every zone, and a day is its beginning",
        arguments: [
            ("2014-10-13T11:01:43Z", 1_413_198_103), ("2014-10-13T11:01:43.25Z", 1_413_198_103.25),
            ("2014-10-13T13:01:43+02:00", 1_413_198_103),
            ("2014-10-13T06:31:43-04:30", 1_413_198_103), ("2014-10-13T11:01:43-00:00", 1_413_198_103), ("2014-10-13", 1_413_158_400),
            ("2016-02-29T23:59:59Z", 1_456_790_399), ("1970-01-01T00:00:00Z", 0), ("1969-12-31", -86_400),
        ] as [(String, TimeInterval)])
    func dates(_ text: String, _ seconds: TimeInterval) {
        #expect(WireCoding.timestamp(text)?.timeIntervalSince1970 == seconds)
    }

    @Test(
        "Every other text is none",
        arguments: [
            "", "2014", "2014-10", "2014-1-3", "2014-02-30", "2015-02-29", "2014-13-01", "2014-00-10", "2014-10-13x", "2014-10-13 ",
            "2014-10-13T", "2014-10-13T11:01Z", "2014-10-13T11:01:43", "2014-10-13 11:01:43Z", "2014-10-13T24:00:00Z",
            "2014-10-13T11:60:00Z",
            "2014-10-13T11:01:60Z", "2014-10-13T11:01:43.Z", "2014-10-13T11:01:43Zx", "2014-10-13T11:01:43+0200",
            "2014-10-13T11:01:43+24:00",
            "2014-10-13T11:01:43+02:60", "20141013T110143Z", "２014-10-13", "2014-10-13T11:01:4３Z", "+2014-10-13", "-2014-10-13",
        ])
    func others(_ text: String) {
        #expect(WireCoding.timestamp(text) == nil)
    }
}
