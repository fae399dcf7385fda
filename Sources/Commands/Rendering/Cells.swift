import FoundationEssentials

extension Bool {
    var cell: String { self ? "yes" : "no" }
}

extension Date {
    /// `2026-11-24T06:10:02Z`
    var cell: String { ISO8601Format() }
}

extension Date? {
    func cell(orIfNone word: String) -> String { self?.cell ?? word }
}
