import Domain
import GRDB
import Naming

/// A half-open range of names in byte order, which an index of names supports directly.
struct NameRange: Hashable, Sendable {
    /// The inclusive lower bound.
    var lower: String
    /// The exclusive upper bound; nil if there is none.
    var upper: String?

    static let all = NameRange(lower: "", upper: nil)

    init(lower: String, upper: String?) {
        self.lower = lower
        self.upper = upper
    }

    /// Names have no byte greater than `~`.
    init(prefix: String) {
        self.init(lower: prefix, upper: prefix + "\u{7F}")
    }

    init(only name: String) {
        self.init(lower: name, upper: Self.next(after: name))
    }

    /// All names after one.
    init(after name: String) {
        self.init(lower: Self.next(after: name), upper: nil)
    }

    /// Names have no byte less than `-`.
    private static func next(after name: String) -> String { name + "\u{1}" }

    var isEmpty: Bool { upper.map { !lower.precedes($0) } ?? false }

    /// The condition that a column is in the range, to follow other conditions.
    func contains(_ column: SQL) -> SQL {
        let lower: SQL = self.lower.isEmpty ? "" : " AND \(column) >= \(self.lower)"
        return upper.map { "\(lower) AND \(column) < \($0)" } ?? lower
    }

    func intersection(_ other: NameRange) -> NameRange {
        let uppers = [upper, other.upper].compactMap { $0 }
        return NameRange(lower: lower.precedes(other.lower) ? other.lower : lower, upper: uppers.min { $0.precedes($1) })
    }

    /// The disjoint ranges of the names that can match a filter, in order.
    static func ranges(of filter: RepositoryFilter) -> [NameRange] {
        var whole = all
        if let name = filter.name { whole = whole.intersection(NameRange(only: name.description)) }
        if let authority = filter.authority, filter.isInUse == true { whole = whole.intersection(NameRange(prefix: "\(authority)/")) }
        if let prefix = filter.namePrefix { whole = whole.intersection(NameRange(prefix: prefix)) }
        let patterns = filter.patterns.map { pattern in
            pattern.name.isWhole ? NameRange(only: pattern.name.text) : NameRange(prefix: pattern.name.text)
        }
        return merged((patterns.isEmpty ? [all] : patterns).map(whole.intersection).filter { !$0.isEmpty })
    }

    /// Merges ranges into disjoint ranges, in order.
    static func merged(_ ranges: [NameRange]) -> [NameRange] {
        ranges.sorted { $0.lower.precedes($1.lower) }.reduce(into: []) { merged, range in
            guard let last = merged.last, last.upper.map({ range.lower.precedes($0) }) ?? true else { return merged.append(range) }
            guard let end = last.upper else { return }
            if range.upper.map({ end.precedes($0) }) ?? true { merged[merged.count - 1].upper = range.upper }
        }
    }
}

extension String {
    /// Whether the text precedes another one in byte order, which is SQLite's order.
    fileprivate func precedes(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}
