// The character classes of the grammars. They are defined on bytes, because `Character` also matches combining marks and Unicode
// digits.
extension UInt8 {
    var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
    var isLower: Bool { self >= UInt8(ascii: "a") && self <= UInt8(ascii: "z") }
    var isUpper: Bool { self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") }
    var isLowerAlphanumeric: Bool { isLower || isDigit }
    var isHexDigit: Bool { isDigit || (self >= UInt8(ascii: "a") && self <= UInt8(ascii: "f")) }
    /// Whether it is an ASCII character that prints, other than the space.
    package var isPrintableASCII: Bool { self > 0x20 && self < 0x7F }
    /// https://www.rfc-editor.org/rfc/rfc3986#section-2.3
    package var isUnreserved: Bool { isDigit || isLower || isUpper || "-._~".utf8.contains(self) }
    var lowercased: UInt8 { isUpper ? self | 0x20 : self }
}

extension Sequence<UInt8> {
    /// The text of bytes that are known to be ASCII.
    var asciiText: String { String(decoding: Array(self), as: UTF8.self) }
}

extension Collection<UInt8> {
    func contains(_ pattern: some Collection<UInt8>) -> Bool {
        indices.contains { self[$0...].starts(with: pattern) }
    }
}
