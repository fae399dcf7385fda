/// Searches a text for others that it may contain in an encoded form: escaped for a URL, for JSON or for HTML, in base64, base32 or
/// hexadecimal, as a list of numbers, and nested. Its time is proportional to the length of the text.
package struct DecodedTextSearch {
    private let minimumLength: Int
    private let isASCII: Bool
    private let nesting: Nesting
    /// The remaining work, in bytes.
    private var budget = 0

    /// The number of times that a text may be decoded, and that escaped characters in it may be replaced.
    private struct Nesting {
        var decodings: Int
        var escapes: Int
    }

    /// The form in which a text was found.
    package enum Form {
        /// As it was written, apart from escaped characters.
        case written
        case decoded
    }

    /// - Parameters:
    ///   - minimumLength: the length of the shortest text that is searched for, in characters.
    ///   - isASCII: whether all of them are ASCII.
    ///   - depth: how many times a text may be encoded, and how many times its characters may be escaped.
    package init(minimumLength: Int, isASCII: Bool, depth: Int = 3) {
        self.minimumLength = max(minimumLength, 1)
        self.isASCII = isASCII
        self.nesting = Nesting(decodings: depth, escapes: depth)
    }

    /// Whether the text, or one that it contains in an encoded form, is a match; true as well for a text that takes too long to decode.
    package mutating func finds(in text: String, where isMatch: ([UInt8], Form) -> Bool) -> Bool {
        let bytes = Array(text.utf8)
        budget = (64 << 10) + 128 * bytes.count
        return search(bytes, .written, nesting, isMatch)
    }

    private mutating func search(_ text: [UInt8], _ form: Form, _ nesting: Nesting, _ isMatch: ([UInt8], Form) -> Bool) -> Bool {
        guard text.count >= minimumLength else { return false }
        guard spend(text.count) else { return true }
        if isMatch(text, form) { return true }
        var inner = nesting
        inner.escapes -= 1
        if nesting.escapes > 0, let unescaped = EscapedText(text).unescaped(), search(unescaped, form, inner, isMatch) { return true }
        guard nesting.decodings > 0 else { return false }
        inner = nesting
        inner.decodings -= 1
        for decoded in BitEncoding.decodings(of: text, minimumLength) + NumberList.decodings(of: text, minimumLength) {
            guard spend(decoded.count) else { return true }
            for run in runs(of: decoded) where search(run, .decoded, inner, isMatch) { return true }
        }
        return false
    }

    private mutating func spend(_ bytes: Int) -> Bool {
        budget -= bytes
        return budget >= 0
    }

    /// The parts that may be texts. The bytes of a text that was not encoded have hardly any.
    private func runs(of bytes: [UInt8]) -> [[UInt8]] {
        var (runs, start): ([[UInt8]], Int) = ([], 0)
        for position in 0...bytes.count where position == bytes.count || !isText(bytes[position]) {
            if position - start >= minimumLength { runs.append(Array(bytes[start..<position])) }
            start = position + 1
        }
        return runs
    }

    private func isText(_ byte: UInt8) -> Bool {
        byte < 0x80 ? byte >= 0x20 && byte != 0x7F || (0x09...0x0D).contains(byte) : !isASCII
    }
}

/// Encodings with a fixed number of bits for each character: base64, base64url (https://www.rfc-editor.org/rfc/rfc4648), base32 and
/// hexadecimal.
private struct BitEncoding: Sendable {
    private let bits: Int
    /// The value of each byte; 255 for those that are no digits.
    private let values: [UInt8]

    private static let all = [
        BitEncoding(6, ["ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", "\(String(repeating: "A", count: 62))-_"]),
        BitEncoding(5, ["ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "abcdefghijklmnopqrstuvwxyz234567"]),
        BitEncoding(4, ["0123456789abcdef", "0123456789ABCDEF"]),
    ]

    /// - Parameter alphabets: the digits in order; the first alphabet that has a character decides.
    private init(_ bits: Int, _ alphabets: [String]) {
        self.bits = bits
        var values = [UInt8](repeating: .max, count: 256)
        for alphabet in alphabets.reversed() {
            for (value, digit) in alphabet.utf8.enumerated() { values[Int(digit)] = UInt8(value) }
        }
        self.values = values
    }

    /// Other characters, such as separators and line breaks, are ignored. An encoded text may begin anywhere among the digits: it is decoded
    /// from each position that differs in the alignment of its bytes.
    static func decodings(of text: [UInt8], _ minimumLength: Int) -> [[UInt8]] {
        all.flatMap { encoding in
            let digits = encoding.digits(of: text)
            guard digits.count * encoding.bits / 8 >= minimumLength else { return [[UInt8]]() }
            return (0..<encoding.alignments).map { encoding.bytes(of: digits[min($0, digits.count)...]) }
        }
    }

    private var alignments: Int { 8 >> min(bits.trailingZeroBitCount, 3) }

    private func digits(of text: [UInt8]) -> [UInt8] {
        var digits: [UInt8] = []
        digits.reserveCapacity(text.count)
        for byte in text where values[Int(byte)] != .max { digits.append(values[Int(byte)]) }
        return digits
    }

    private func bytes(of digits: ArraySlice<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count * bits / 8)
        var (rest, count): (UInt32, Int) = (0, 0)
        for digit in digits {
            rest = rest << UInt32(bits) | UInt32(digit)
            count += bits
            guard count >= 8 else { continue }
            count -= 8
            bytes.append(UInt8(truncatingIfNeeded: rest >> UInt32(count)))
        }
        return bytes
    }
}

/// Lists of the numbers of bytes or characters: `[104, 111]`, `68 6f`, `0x68,0x6f`, `150 157`, `U+0068`.
private enum NumberList {
    static func decodings(of text: [UInt8], _ minimumLength: Int) -> [[UInt8]] {
        guard hasWords(text, minimumLength) else { return [] }
        let words = text.split { !$0.isAlphanumeric }
        return ([10, 16, 8, 2] as [UInt32]).flatMap { radix in
            let numbers = words.map { number($0, radix) }
            guard numbers.count(where: { $0 != nil }) >= minimumLength else { return [[UInt8]]() }
            let isAmbiguous = numbers.contains { $0.map { (0x80...0xFF).contains($0) } ?? false }
            return (isAmbiguous ? [true, false] : [true]).map { areBytes in numbers.flatMap { bytes(of: $0, areBytes) } }
        }
    }

    private static func hasWords(_ text: [UInt8], _ count: Int) -> Bool {
        var (words, isWord) = (0, false)
        for byte in text where byte.isAlphanumeric != isWord {
            isWord.toggle()
            words += isWord ? 1 : 0
        }
        return words >= count
    }

    /// - Parameter areBytes: whether numbers up to 255 are bytes, and not characters.
    private static func bytes(of number: UInt32?, _ areBytes: Bool) -> [UInt8] {
        if areBytes, let byte = number.flatMap({ UInt8(exactly: $0) }) { return [byte] }
        return number.flatMap { UnicodeScalar($0) }.map { Array(String($0).utf8) } ?? [0]
    }

    /// The value of digits behind zeros or a prefix such as `0x`, `u` and `0o`; nil if it cannot be a character.
    private static func number(_ word: ArraySlice<UInt8>, _ radix: UInt32) -> UInt32? {
        let digits = word.drop { "0xXuUoO".utf8.contains($0) }
        guard digits.count <= 8 else { return nil }
        var number: UInt32 = 0
        for digit in digits {
            guard let value = digit.value(inRadix: radix) else { return nil }
            number = number &* radix &+ value
        }
        return number <= 0x10FFFF ? number : nil
    }
}

/// A text with escaped characters: `%2F`, `\/`, `\n`, `\u002f`, `\x2f`, `\057`, `&#47;`, `&#x2F;`, `&quot;`.
private struct EscapedText {
    private let text: [UInt8]
    private var position = 0
    private var result: [UInt8] = []

    init(_ text: [UInt8]) {
        self.text = text
    }

    /// nil if it has none.
    consuming func unescaped() -> [UInt8]? {
        guard text.contains(where: { "%\\&".utf8.contains($0) }) else { return nil }
        result.reserveCapacity(text.count)
        while position < text.count {
            if !readEscape() {
                result.append(text[position])
                position += 1
            }
        }
        return result.count == text.count ? nil : result
    }

    /// Reads one escaped character, if there is one at the position.
    private mutating func readEscape() -> Bool {
        switch text[position] {
        case UInt8(ascii: "%"): readByte(after: 1, digits: 2, radix: 16)
        case UInt8(ascii: "\\"): readBackslash()
        case UInt8(ascii: "&"): readEntity()
        default: false
        }
    }

    private mutating func readBackslash() -> Bool {
        guard position + 1 < text.count else { return false }
        switch text[position + 1] {
        case UInt8(ascii: "x"), UInt8(ascii: "X"): return readByte(after: 2, digits: 2, radix: 16)
        case UInt8(ascii: "u"), UInt8(ascii: "U"): return readUnicode()
        case UInt8(ascii: "0")...UInt8(ascii: "7"): return readByte(after: 1, digits: 3, radix: 8)
        case let byte:
            let controls: [UInt8: UInt8] = [0x62: 0x08, 0x66: 0x0C, 0x6E: 0x0A, 0x72: 0x0D, 0x74: 0x09]
            append([controls[byte] ?? byte], length: 2)
            return true
        }
    }

    /// `\u0068`, `\u{68}`, `\U00000068`, or two halves of a character (https://www.rfc-editor.org/rfc/rfc8259#section-7).
    private mutating func readUnicode() -> Bool {
        if position + 2 < text.count, text[position + 2] == UInt8(ascii: "{") {
            let digits = text[(position + 3)...].prefix(7).prefix { $0 != UInt8(ascii: "}") }
            return readScalar(number(digits, radix: 16), length: digits.count + 4)
        }
        if let number = number(at: position + 2, digits: 8, radix: 16), number <= 0x10FFFF { return readScalar(number, length: 10) }
        guard let first = number(at: position + 2, digits: 4, radix: 16) else { return false }
        if (0xD800..<0xDC00).contains(first), text[(position + 6)...].prefix(2).elementsEqual("\\u".utf8),
            let second = number(at: position + 8, digits: 4, radix: 16), (0xDC00..<0xE000).contains(second)
        {
            return readScalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00), length: 12)
        }
        return readScalar(first, length: 6)
    }

    private static let entities: [(name: String, character: UInt8)] = [
        ("&amp;", UInt8(ascii: "&")), ("&lt;", UInt8(ascii: "<")), ("&gt;", UInt8(ascii: ">")), ("&quot;", UInt8(ascii: "\"")),
        ("&apos;", UInt8(ascii: "'")),
    ]

    /// https://html.spec.whatwg.org/multipage/syntax.html#character-references; the semicolon may be missing.
    private mutating func readEntity() -> Bool {
        let rest = text[position...]
        if let entity = Self.entities.first(where: { rest.starts(with: $0.name.utf8) }) {
            append([entity.character], length: entity.name.utf8.count)
            return true
        }
        guard rest.dropFirst().first == UInt8(ascii: "#") else { return false }
        let isHexadecimal = rest.dropFirst(2).first.map { $0 | 0x20 == UInt8(ascii: "x") } ?? false
        let (start, radix): (Int, UInt32) = isHexadecimal ? (3, 16) : (2, 10)
        let digits = rest.dropFirst(start).prefix(8).prefix { $0.value(inRadix: radix) != nil }
        let hasEnd = rest.dropFirst(start + digits.count).first == UInt8(ascii: ";")
        return readScalar(number(digits, radix: radix), length: start + digits.count + (hasEnd ? 1 : 0))
    }

    private mutating func readByte(after length: Int, digits: Int, radix: UInt32) -> Bool {
        guard let byte = number(at: position + length, digits: digits, radix: radix).flatMap({ UInt8(exactly: $0) }) else { return false }
        append([byte], length: length + digits)
        return true
    }

    private mutating func readScalar(_ number: UInt32?, length: Int) -> Bool {
        guard let scalar = number.flatMap({ UnicodeScalar($0) }) else { return false }
        append(Array(String(scalar).utf8), length: length)
        return true
    }

    private mutating func append(_ bytes: [UInt8], length: Int) {
        result += bytes
        position += length
    }

    private func number(at start: Int, digits: Int, radix: UInt32) -> UInt32? {
        start + digits <= text.count ? number(text[start..<(start + digits)], radix: radix) : nil
    }

    private func number(_ digits: ArraySlice<UInt8>, radix: UInt32) -> UInt32? {
        digits.isEmpty
            ? nil
            : digits.reduce(UInt32?(0)) { number, digit in
                number.flatMap { number in digit.value(inRadix: radix).map { number &* radix &+ $0 } }
            }
    }
}

extension UInt8 {
    fileprivate var isAlphanumeric: Bool { value(inRadix: 36) != nil }

    /// The value of a digit; nil for other characters.
    fileprivate func value(inRadix radix: UInt32) -> UInt32? {
        let value: UInt32
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): value = UInt32(self - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): value = UInt32(self - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = UInt32(self - UInt8(ascii: "A")) + 10
        default: return nil
        }
        return value < radix ? value : nil
    }
}
