extension Exchange {
    /// - Parameters:
    ///   - authority: replaces `$AUTHORITY`.
    ///   - limit: the maximum number of bytes that the registry sends.
    init(_ input: [UInt8], authority: String, limit: Int = 4 << 20) {
        var parser = ExchangeParser(authority: Array(authority.utf8), limit: limit)
        for line in input.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) { parser.read(line) }
        self = parser.end()
    }
}

private struct ExchangeParser {
    let authority: [UInt8]
    let limit: Int
    private var exchange = Exchange()
    private var text: [UInt8] = []
    private var count = 1

    init(authority: [UInt8], limit: Int) {
        self.authority = authority
        self.limit = limit
    }

    mutating func read(_ line: ArraySlice<UInt8>) {
        if line.starts(with: "> ".utf8), direct(words(line.dropFirst(2))) { return }
        note(line)
        append(line)
    }

    mutating func end() -> Exchange {
        // The end of the input is not the end of a line.
        if text.suffix(2).elementsEqual([0x0D, 0x0A]) { text.removeLast(2) }
        flush()
        if exchange.calls.isEmpty { exchange.calls = [Call()] }
        return exchange
    }

    private func words(_ line: ArraySlice<UInt8>) -> [String] {
        line.prefix(120).split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
    }

    /// - Returns: whether the words are a directive.
    private mutating func direct(_ words: [String]) -> Bool {
        switch words.first {
        case "call": call(words.dropFirst())
        case "fresh": exchange.isFresh = true
        case "respond": respond(words.dropFirst().first.flatMap(Response.Moment.init) ?? .head)
        case "cut": flush()
        case "times":
            flush()
            count = max(1, words.dropFirst().first.flatMap { Int($0) } ?? 1)
        case "pause": act(.pause)
        case "read": act(.read)
        case "hold": act(.hold)
        case "close": act(.close)
        case "reset": act(.reset)
        case "finish": act(.finish)
        default: return false
        }
        return true
    }

    private mutating func call(_ words: ArraySlice<String>) {
        guard exchange.calls.count < Exchange.callLimit else { return }
        var call = Call()
        for word in words {
            if let kind = Call.Kind(rawValue: word) { call.kind = kind }
            if let sending = Call.Sending(rawValue: word) { call.sending = sending }
            if let reading = Call.Reading(rawValue: word) { call.reading = reading }
            if let size = Int(word) { call.size = min(max(0, size), Call.sizeLimit) }
        }
        exchange.calls.append(call)
    }

    private mutating func respond(_ moment: Response.Moment) {
        flush()
        guard exchange.responses.count < Exchange.responseLimit else { return }
        exchange.responses.append(Response(moment: moment))
    }

    private mutating func act(_ action: Response.Action) {
        flush()
        add(action)
    }

    private mutating func add(_ action: Response.Action) {
        if exchange.responses.isEmpty { exchange.responses.append(Response()) }
        let last = exchange.responses.count - 1
        guard exchange.responses[last].actions.count < Exchange.actionLimit else { return }
        exchange.responses[last].actions.append(action)
    }

    private mutating func flush() {
        defer { (text, count) = ([], 1) }
        guard !text.isEmpty else { return }
        let times = min(count, max(0, limit - exchange.size) / text.count)
        exchange.size += times * text.count
        guard times > 0 else { return }
        var whole: [UInt8] = []
        whole.reserveCapacity(times * text.count)
        for _ in 0..<times { whole += text }
        add(.send(whole))
    }

    private mutating func note(_ line: ArraySlice<UInt8>) {
        guard exchange.names.count < Exchange.nameLimit, let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else {
            return
        }
        exchange.names.insert(String(decoding: line[..<colon], as: UTF8.self))
    }

    private mutating func append(_ line: ArraySlice<UInt8>) {
        let line = Array(line)
        var index = 0
        while index < line.count {
            let byte = line[index]
            index += 1
            if byte == UInt8(ascii: "$"), line[index...].starts(with: "AUTHORITY".utf8) {
                index += "AUTHORITY".utf8.count
                text += authority
            } else if byte == UInt8(ascii: "\\") {
                guard index < line.count else { return }
                if let (escaped, length) = escape(line[index...], line[index]) {
                    text.append(escaped)
                    index += length
                } else {
                    text.append(byte)
                }
            } else {
                text.append(byte)
            }
        }
        text += [0x0D, 0x0A]
    }

    private func escape(_ rest: ArraySlice<UInt8>, _ first: UInt8) -> (byte: UInt8, length: Int)? {
        switch first {
        case UInt8(ascii: "n"): return (0x0A, 1)
        case UInt8(ascii: "r"): return (0x0D, 1)
        case UInt8(ascii: "0"): return (0, 1)
        case UInt8(ascii: "\\"): return (first, 1)
        case UInt8(ascii: "x"):
            let digits = rest.dropFirst().prefix(2)
            guard digits.count == 2, let byte = UInt8(String(decoding: digits, as: UTF8.self), radix: 16) else { return nil }
            return (byte, 3)
        default: return nil
        }
    }
}
