import Domain
import FoundationEssentials
import GRDB
import Storage

extension SQLiteReader {
    func retention() throws -> RetentionRecord? {
        try db.row("SELECT * FROM retention").map { row in
            let seen = try row.optionalDate("seen")
            let steady: Int64 = try row.value("steady")
            let (began, ceiling) = (try row.optionalDate("began"), try row.optionalDate("ceiling"))
            return RetentionRecord(
                trusted: try row.date("trusted"),
                jump: seen.map { RetentionRecord.ClockJump(seen: $0, steady: TimeInterval(steady) / 1000) },
                window: began.flatMap { began in ceiling.map { RetentionRecord.Window(began: began, ceiling: $0) } })
        }
    }

    func oldestActionEnd() throws -> Date? {
        try db.row("SELECT min(ended) AS ended FROM actions").flatMap { try $0.optionalDate("ended") }
    }

    func newestActionEnd() throws -> Date? {
        try db.row("SELECT ended FROM actions WHERE sequence = (SELECT max(sequence) FROM actions)").map { try $0.date("ended") }
    }
}

extension SQLiteWriter {
    func put(_ record: RetentionRecord) throws {
        let steady = Int64(((record.jump?.steady ?? 0) * 1000).rounded())
        try db.execute(
            literal: """
                INSERT OR REPLACE INTO retention (only, trusted, seen, steady, began, ceiling)
                VALUES (1, \(record.trusted.milliseconds), \(record.jump?.seen.milliseconds), \(steady),
                    \(record.window?.began.milliseconds), \(record.window?.ceiling.milliseconds))
                """)
    }
}
