import RegistryClient

/// The parts of a blob that a client requests (https://www.rfc-editor.org/rfc/rfc9110#section-14.1.2).
struct RequestedRanges: Hashable, Sendable {
    private let ranges: [Part]

    private enum Part: Hashable {
        /// - last: nil for all bytes from the first one.
        case from(Int, last: Int?)
        case suffix(Int)
    }

    /// nil for a value that is not valid, which servers ignore.
    init?(parsing text: String) {
        guard let match = text.wholeMatch(of: /(?i:bytes)=(.*)/) else { return nil }
        let parts = match.1.split(separator: ",", omittingEmptySubsequences: true).map(Self.part)
        ranges = parts.compactMap(\.self)
        guard !ranges.isEmpty, ranges.count == parts.count else { return nil }
    }

    private static func part(_ text: Substring) -> Part? {
        guard let match = text.wholeMatch(of: /[ \t]*([0-9]*)-([0-9]*)[ \t]*/) else { return nil }
        switch (Int(match.1), Int(match.2)) {
        case (nil, let length?) where match.1.isEmpty && length > 0: return .suffix(length)
        case (let first?, nil) where match.2.isEmpty: return .from(first, last: nil)
        case (let first?, let last?) where first <= last: return .from(first, last: last)
        default: return nil
        }
    }

    /// Whether all bytes of a part were requested.
    func contain(_ part: ContentRange) -> Bool {
        ranges.contains { range in
            switch range {
            case .from(let first, let last): first <= part.positions.lowerBound && part.positions.upperBound <= last ?? .max
            case .suffix(let length): part.length - length <= part.positions.lowerBound
            }
        }
    }
}
