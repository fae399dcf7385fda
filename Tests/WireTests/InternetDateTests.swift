import Foundation
import TestValues
import Testing
import Wire

@Suite("Dates of the API")
struct InternetDateTests {
    @Test(
        "A date is formatted and parsed with a precision of one second",
        arguments: [
            (1_413_198_103, "Mon, 13 Oct 2014 11:01:43 +0000"),
            (0, "Thu, 01 Jan 1970 00:00:00 +0000"),
            (-1, "Wed, 31 Dec 1969 23:59:59 +0000"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 +0000"),
            (1_709_251_199, "Thu, 29 Feb 2024 23:59:59 +0000"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 +0000"),
            (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 +0000"),
        ])
    func bothWays(_ seconds: Double, _ text: String) {
        let date = Date(timeIntervalSince1970: seconds)
        #expect(WireCoding.text(date) == text)
        #expect(WireCoding.date(text) == date)
    }

    @Test("Fractions of a second are dropped, not rounded", arguments: [0.001, 0.5, 0.999])
    func fractions(_ fraction: Double) {
        #expect(WireCoding.text(Date(timeIntervalSince1970: 1_413_198_103 + fraction)) == "Mon, 13 Oct 2014 11:01:43 +0000")
    }

    @Test(
        "A text in any other format is not a date of the API",
        arguments: [
            "", " ", "+0000", "Mon, 13 Oct 2014 11:01:43", "Mon, 13 Oct 2014 11:01:43 GMT", "Mon, 13 Oct 2014 11:01:43 +0100",
            "Mon, 13 Oct 2014 11:01:43 -0000", "Tue, 13 Oct 2014 11:01:43 +0000", "Mon, 32 Oct 2014 11:01:43 +0000",
            "Sat, 29 Feb 2014 11:01:43 +0000", "Sat, 01 Mar 2014 24:00:00 +0000", "Mon, 13 Oct 2014 11:60:43 +0000",
            "Mon, 13 Oct 2014 11:01:60 +0000", "Mon, 13 oct 2014 11:01:43 +0000", "Mon, 13 Okt 2014 11:01:43 +0000",
            "Mon, 13 Oct 14 11:01:43 +0000", "Mon,13 Oct 2014 11:01:43 +0000", "Mon, 13 Oct 2014  11:01:43 +0000",
            " Mon, 13 Oct 2014 11:01:43 +0000", "Mon, 13 Oct 2014 11:01:43 +0000 ", "Mon, 13 Oct 2014 11:01:43 +0000\n",
            "13 Oct 2014 11:01:43 +0000", "Thu, 1 Jan 1970 00:00:00 +0000", "Thu, 01 Jan 1970 0:00:00 +0000", "2014-10-13T11:01:43Z",
            "1413198103", "Mon, +3 Oct 2014 11:01:43 +0000", "Mon, 13 Oct 99999999999999999999 11:01:43 +0000",
            "Mon, 13 Oct 9223372036854775807 11:01:43 +0000", "Mon, ①③ Oct 2014 11:01:43 +0000", "Mon, １３ Oct 2014 11:01:43 +0000",
            "Mon, 13 Oct 2014 11:01:43 +0000 (UTC)",
        ])
    func refuses(_ text: String) {
        #expect(WireCoding.date(text) == nil)
    }

    @Test("Formatting and parsing a random date reproduces it")
    func randomDates() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<2000 {
            let date = Date(timeIntervalSince1970: Double(Int.random(in: -62_000_000_000...253_402_300_799, using: &generator)))
            #expect(WireCoding.date(WireCoding.text(date)) == date)
        }
    }
}

@Suite("Dates of RFC 3339")
struct InternetTimestampTests {
    @Test(
        "RFC 3339 timestamps are parsed with fractions and time zones; a day means its start in UTC",
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
        "A text in any other format is not a timestamp",
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
