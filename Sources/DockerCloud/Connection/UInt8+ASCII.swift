extension UInt8 {
    var isAlphanumeric: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }

    var isHexDigit: Bool { Character(UnicodeScalar(self)).isHexDigit }

    /// Letters, digits, `-`, `.`, `_` and `~` (RFC 3986, section 2.3).
    var isUnreserved: Bool {
        isAlphanumeric || [UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~")].contains(self)
    }
}
