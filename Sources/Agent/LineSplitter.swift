/// Splits a stream of bytes into lines, with a bounded buffer. A line longer than the limit is shortened to it.
struct LineSplitter {
    private let maximumLength: Int
    private var lines: [[UInt8]] = []
    private var line: [UInt8] = []

    init(maximumLength: Int) {
        self.maximumLength = maximumLength
    }

    mutating func append(_ bytes: some Collection<UInt8>) {
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            extend(rest[..<end])
            lines.append(line)
            line.removeAll(keepingCapacity: line.capacity <= 4096)
            rest = rest[rest.index(after: end)...]
        }
        extend(rest)
    }

    /// The next complete line that is not empty.
    mutating func next() -> [UInt8]? {
        while !lines.isEmpty {
            let line = lines.removeFirst()
            if !line.isEmpty { return line }
        }
        return nil
    }

    private mutating func extend(_ bytes: some Collection<UInt8>) {
        line += bytes.prefix(maximumLength - line.count)
    }
}
