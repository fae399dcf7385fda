extension Sequence<UInt8> {
    /// Two lowercase hexadecimal digits for each byte.
    package var hexadecimal: String { map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}

extension StringProtocol {
    /// The text with percent-encoded bytes (https://www.rfc-editor.org/rfc/rfc3986#section-2.1).
    ///
    /// - Parameter kept: the characters that are not encoded, in addition to the unreserved ones.
    package func percentEncoded(keeping kept: String = "") -> String {
        utf8.map { byte in
            guard !byte.isUnreserved, !kept.utf8.contains(byte) else { return String(UnicodeScalar(byte)) }
            return (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }

    /// The text with percent-encoded bytes, and with the escapes that it has: `a|%2F%` becomes `a%7C%2F%25`.
    ///
    /// - Parameter kept: the characters that are not encoded, in addition to the unreserved ones.
    package func percentEncodedOnce(keeping kept: String = "") -> String {
        let parts = split(separator: "%", omittingEmptySubsequences: false)
        return parts.indices.map { index in
            let part = parts[index].percentEncoded(keeping: kept)
            guard index > 0 else { return part }
            let isEscape = parts[index].utf8.prefix(2).compactMap(\.hexadecimalValue).count == 2
            return (isEscape ? "%" : "%25") + part
        }.joined()
    }

    /// The bytes of a percent-encoded text; nil if an escape is malformed.
    package var percentDecoded: [UInt8]? {
        var bytes: [UInt8] = []
        var rest = Array(utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst()?.hexadecimalValue, let low = rest.popFirst()?.hexadecimalValue else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }
}

extension UInt8 {
    /// The value of a hexadecimal digit in upper or lower case.
    package var hexadecimalValue: UInt8? { isASCIIDigitOrLetter ? Character(UnicodeScalar(self)).hexDigitValue.map(UInt8.init) : nil }

    private var isASCIIDigitOrLetter: Bool { isDigit || isLower || isUpper }
}
