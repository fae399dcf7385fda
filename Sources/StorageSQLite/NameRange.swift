import Domain
import Naming

/// Names from one text on and before another, in the order of their bytes: what an index of names answers without looking at others.
struct NameRange: Hashable, Sendable {
    /// The least text that belongs to it.
    var lower: String
    /// The least text beyond it; nil where it has no end.
    var upper: String?

    static let all = NameRange(lower: "", upper: nil)

    init(lower: String, upper: String?) {
        self.lower = lower
        self.upper = upper
    }

    /// No name has a byte beyond `~`.
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

    /// No name has a byte below `-`.
    private static func next(after name: String) -> String { name + "\u{1}" }

    var isEmpty: Bool { upper.map { !lower.precedes($0) } ?? false }

    func intersection(_ other: NameRange) -> NameRange {
        let uppers = [upper, other.upper].compactMap { $0 }
        return NameRange(lower: lower.precedes(other.lower) ? other.lower : lower, upper: uppers.min { $0.precedes($1) })
    }

    /// The ranges of the names that a filter may find, apart from each other and in their order.
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

    /// The same names in ranges that are apart from each other, in their order.
    static func merged(_ ranges: [NameRange]) -> [NameRange] {
        ranges.sorted { $0.lower.precedes($1.lower) }.reduce(into: []) { merged, range in
            guard let last = merged.last, last.upper.map({ range.lower.precedes($0) }) ?? true else { return merged.append(range) }
            guard let end = last.upper else { return }
            if range.upper.map({ end.precedes($0) }) ?? true { merged[merged.count - 1].upper = range.upper }
        }
    }
}

extension String {
    /// Whether it comes before another one in the order of the bytes, which is SQLite's.
    fileprivate func precedes(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}
