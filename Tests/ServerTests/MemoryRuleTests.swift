import HTTPSupport
import Testing

@testable import Server

@Suite("When freed memory is returned")
struct MemoryRuleTests {
    private static let megabyte = 1 << 20
    private var rule = MemoryRule()

    private mutating func isDue(_ megabytes: Int, inProgress: Int = 0, started: Int) -> Bool {
        rule.isDue(resident: megabytes * Self.megabyte, load: .init(inProgress: inProgress, started: started))
    }

    @Test("Memory is returned after requests made the process grow, while few are in progress")
    mutating func growth() {
        let rows: [(megabytes: Int, inProgress: Int, started: Int, isDue: Bool)] = [
            (48, 0, 0, false), (60, 0, 10, false), (243, 200, 400, false), (243, 10, 400, false), (243, 9, 400, true),
            (50, 0, 401, false), (300, 0, 402, true),
        ]
        for row in rows { #expect(isDue(row.megabytes, inProgress: row.inProgress, started: row.started) == row.isDue, "\(row)") }
    }

    @Test("Memory is returned a few times after the last request, and again after the next one")
    mutating func rounds() {
        for started in [0, 1, 2] {
            let due = (0..<20).count { _ in isDue(started == 0 ? 48 : 243, started: started) }
            #expect(due == (started == 0 ? 0 : 10))
        }
    }

    @Test("The size without load is measured only once")
    mutating func base() {
        for megabytes in [48, 40, 64] { #expect(!isDue(megabytes, started: megabytes)) }
        #expect(isDue(65, started: 100))
    }
}
