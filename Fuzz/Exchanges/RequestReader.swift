/// Finds the end of each request on a connection. The client is trusted to frame requests correctly.
struct RequestReader {
    private enum Phase {
        case head
        case sized(remaining: Int)
        case chunkSize
        case chunk(remaining: Int)
        case complete
    }

    private var phase = Phase.head
    private var bytes: ArraySlice<UInt8> = []

    var hasHead: Bool { if case .head = phase { false } else { true } }
    var isComplete: Bool { if case .complete = phase { true } else { false } }

    mutating func feed(_ new: ArraySlice<UInt8>) {
        bytes += new
        advance()
    }

    /// Begins the next request if this one is complete.
    mutating func beginNext() {
        guard isComplete else { return }
        phase = .head
        advance()
    }

    private mutating func advance() {
        var goesOn = true
        while goesOn { goesOn = step() }
    }

    /// - Returns: whether another step is possible.
    private mutating func step() -> Bool {
        switch phase {
        case .head:
            guard let head = take(upTo: [0x0D, 0x0A, 0x0D, 0x0A]) else { return false }
            begin(head)
        case .sized(let remaining):
            let length = take(atMost: remaining)
            phase = remaining == length ? .complete : .sized(remaining: remaining - length)
            return remaining == length
        case .chunkSize:
            guard let line = take(upTo: [0x0D, 0x0A]) else { return false }
            let size = Int(String(decoding: line, as: UTF8.self), radix: 16) ?? 0
            phase = .chunk(remaining: size + 2)
            if size == 0 { phase = .sized(remaining: 2) }
        case .chunk(let remaining):
            let length = take(atMost: remaining)
            phase = remaining == length ? .chunkSize : .chunk(remaining: remaining - length)
            return remaining == length
        case .complete: return false
        }
        return true
    }

    private mutating func begin(_ head: ArraySlice<UInt8>) {
        let fields = String(decoding: head, as: UTF8.self).lowercased().split(separator: "\r\n")
        if fields.contains("transfer-encoding: chunked") {
            phase = .chunkSize
        } else if let length = fields.first(where: { $0.hasPrefix("content-length: ") }).flatMap({ Int($0.dropFirst(16)) }) {
            phase = .sized(remaining: length)
        } else {
            phase = .complete
        }
    }

    private mutating func take(atMost limit: Int) -> Int {
        let length = min(limit, bytes.count)
        bytes = bytes.dropFirst(length)
        return length
    }

    private mutating func take(upTo end: [UInt8]) -> ArraySlice<UInt8>? {
        var index = bytes.startIndex
        while let found = bytes[index...].firstIndex(of: end[0]) {
            if bytes[found...].starts(with: end) {
                defer { bytes = bytes[(found + end.count)...] }
                return bytes[..<found]
            }
            index = found + 1
        }
        return nil
    }
}
