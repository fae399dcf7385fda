import Testing

@testable import Server

@Suite("The statistics of a process")
struct ProcessStatisticsTests {
    private static func line(_ name: String) -> String {
        "4242 (\(name)) S 1 4242 4242 0 -1 4194560 1000 0 5 0 250 125 0 0 20 0 9 0 123456 1073741824 2048 18446744073709551615 1 1 0 0 0 0\n"
    }

    @Test("A line is parsed whatever the name of the program is", arguments: ["lighterman", "a b", "a) S 1 (b", ")", ""])
    func parses(_ name: String) throws {
        let statistics = try #require(ProcessStatistics(parsing: Self.line(name), tick: 100, page: 4096))
        #expect(statistics.cpuTime == 3.75 && statistics.virtualMemory == 1 << 30 && statistics.residentMemory == 8 << 20)
    }

    @Test(
        "A line that is cut off or has other fields is refused", arguments: ["", "4242", "4242 (a) S 1", "4242 (a) S 1 2 3 4 5 6 7 8 9 x"])
    func refuses(_ line: String) {
        #expect(ProcessStatistics(parsing: line, tick: 100, page: 4096) == nil)
    }

    @Test("The statistics of this process are available") func own() throws {
        let statistics = try #require(ProcessStatistics.current())
        #expect(statistics.cpuTime > 0 && statistics.residentMemory > 1 << 20 && statistics.virtualMemory >= statistics.residentMemory)
        #expect(try #require(ProcessStatistics.openDescriptors()) >= 3)
    }
}
