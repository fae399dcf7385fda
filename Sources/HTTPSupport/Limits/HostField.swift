/// `host[:port]` (https://www.rfc-editor.org/rfc/rfc9110#section-7.2), on bytes.
package enum HostField {
    package static func isValid(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty, bytes.count <= 261 else { return false }
        let isBracketed = bytes[0] == UInt8(ascii: "[")
        guard let end = bytes.firstIndex(of: UInt8(ascii: isBracketed ? "]" : ":")) else { return !isBracketed && isName(bytes[...]) }
        let host = isBracketed ? bytes[1..<end] : bytes[..<end]
        let rest = bytes[(isBracketed ? end + 1 : end)...]
        return (isBracketed ? isIPv6(host) : isName(host)) && (rest.isEmpty || isPort(rest))
    }

    /// Names of machines, with the underscore that private networks use; all of them are ASCII on the wire.
    private static func isName(_ bytes: ArraySlice<UInt8>) -> Bool {
        !bytes.isEmpty && bytes.allSatisfy { isHexDigit($0) || isLetter($0) || "-._".utf8.contains($0) }
    }

    private static func isIPv6(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.contains(UInt8(ascii: ":")) && bytes.allSatisfy { isHexDigit($0) || ":.".utf8.contains($0) }
    }

    private static func isPort(_ bytes: ArraySlice<UInt8>) -> Bool {
        let digits = bytes.dropFirst()
        guard bytes.first == UInt8(ascii: ":"), digits.count <= 5, digits.allSatisfy({ isHexDigit($0) && !isLetter($0) }) else {
            return false
        }
        return digits.isEmpty || Int(String(decoding: digits, as: UTF8.self)).map { $0 <= 65_535 } ?? false
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }
}
