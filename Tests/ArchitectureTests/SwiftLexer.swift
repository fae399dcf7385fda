/// A word, a string literal with its quotes, or one character of punctuation.
struct Token: Hashable, Sendable {
    let text: String
    let line: Int
    /// Whether the token follows the previous one without whitespace or comment.
    let isGlued: Bool
}

/// Splits Swift source into tokens, so that rules are checked on code and not on comments and string literals.
///
/// String interpolations are code. Bare regex literals are read as punctuation, which is correct as long as they contain no quotation
/// marks.
struct SwiftLexer {
    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    private var isGlued = false
    private var tokens: [Token] = []

    static func tokens(of source: String) -> [Token] {
        var lexer = SwiftLexer(bytes: Array(source.utf8))
        lexer.code(withinParentheses: false)
        return lexer.tokens
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }
}

extension SwiftLexer {
    private func has(_ text: String, at offset: Int = 0) -> Bool {
        bytes.dropFirst(position + offset).starts(with: text.utf8)
    }

    private mutating func advance(_ count: Int = 1) {
        let end = min(position + count, bytes.count)
        line += bytes[position..<end].count { $0 == UInt8(ascii: "\n") }
        position = end
    }

    private mutating func emit(from start: Int, line: Int) {
        tokens.append(Token(text: String(decoding: bytes[start..<position], as: UTF8.self), line: line, isGlued: isGlued))
        isGlued = true
    }

    /// Reads to the end, or to the parenthesis that closes the one under the position.
    private mutating func code(withinParentheses: Bool) {
        var depth = 0
        while position < bytes.count {
            let byte = bytes[position]
            let hashes = bytes[position...].prefix { $0 == UInt8(ascii: "#") }.count
            if byte <= 0x20 {
                advance()
                isGlued = false
            } else if has("//") || has("/*") {
                comment()
            } else if has("\"", at: hashes) {
                string(hashes: hashes)
            } else if Self.isWord(byte) {
                word()
            } else {
                let (start, startLine) = (position, line)
                advance()
                emit(from: start, line: startLine)
                depth += byte == UInt8(ascii: "(") ? 1 : byte == UInt8(ascii: ")") ? -1 : 0
                if withinParentheses, depth == 0 { return }
            }
        }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        byte >= 0x80 || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "$")
            || Character(UnicodeScalar(byte)).isLetter || Character(UnicodeScalar(byte)).isNumber
    }

    private mutating func word() {
        let start = position
        while position < bytes.count, Self.isWord(bytes[position]) { position += 1 }
        emit(from: start, line: line)
    }

    private mutating func comment() {
        isGlued = false
        guard has("/*") else {
            while position < bytes.count, !has("\n") { advance() }
            return
        }
        var depth = 0
        repeat {
            if has("/*") {
                depth += 1
                advance(2)
            } else if has("*/") {
                depth -= 1
                advance(2)
            } else {
                advance()
            }
        } while depth > 0 && position < bytes.count
    }

    private mutating func string(hashes: Int) {
        let (start, startLine) = (position, line)
        let fence = String(repeating: "#", count: hashes)
        let quotes = has("\"\"\"", at: hashes) ? "\"\"\"" : "\""
        advance(hashes + quotes.utf8.count)
        while position < bytes.count, !has(quotes + fence), quotes.utf8.count == 3 || !has("\n") {
            guard has("\\" + fence) else {
                advance()
                continue
            }
            advance(1 + hashes)
            if has("(") { code(withinParentheses: true) } else { advance() }
        }
        advance(quotes.utf8.count + hashes)
        emit(from: start, line: startLine)
    }
}
