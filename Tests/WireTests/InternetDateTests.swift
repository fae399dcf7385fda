import Foundation
import TestValues
import Testing
import Wire

@Suite("Dates as the API writes them")
struct InternetDateTests {
    @Test(
        "A date is written and read to the second",
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

    @Test("Parts of a second are cut off, never rounded up", arguments: [0.001, 0.5, 0.999])
    func fractions(_ fraction: Double) {
        #expect(WireCoding.text(Date(timeIntervalSince1970: 1_413_198_103 + fraction)) == "Mon, 13 Oct 2014 11:01:43 +0000")
    }

    @Test(
        "Every other text is no date",
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

    @Test("Random dates are read as they were written")
    func randomDates() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<2000 {
            let date = Date(timeIntervalSince1970: Double(Int.random(in: -62_000_000_000...253_402_300_799, using: &generator)))
            #expect(WireCoding.date(WireCoding.text(date)) == date)
        }
    }
}
