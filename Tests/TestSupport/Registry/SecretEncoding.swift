import FoundationEssentials

/// A form in which a registry may send a secret back.
package struct SecretEncoding: Sendable, CustomStringConvertible {
    package let description: String
    package let text: @Sendable (String) -> String

    private init(_ name: String, _ text: @escaping @Sendable (String) -> String) {
        description = name
        self.text = text
    }

    package static let all =
        plain + lists + escaped + base64 + [
            SecretEncoding("hexadecimal") { hex($0.utf8) }, SecretEncoding("upper-case hexadecimal") { hex($0.utf8).uppercased() },
            SecretEncoding("hexadecimal behind an odd digit") { "f" + hex($0.utf8) },
            SecretEncoding("hexadecimal with colons") { $0.utf8.map { hex([$0]) }.joined(separator: ":") },
            SecretEncoding("base32") { base32(Array($0.utf8)) }, SecretEncoding("base32 behind a digit") { "A" + base32(Array($0.utf8)) },
        ]

    private static let plain = [
        SecretEncoding("plain") { $0 }, SecretEncoding("in a sentence") { "the password \($0) is wrong" },
        SecretEncoding("spaced") { $0.map(String.init).joined(separator: " ") },
    ]

    private static let lists = [
        SecretEncoding("decimal list") { "[" + $0.utf8.map(String.init).joined(separator: ", ") + "]" },
        SecretEncoding("decimal list with spaces") { $0.utf8.map(String.init).joined(separator: " ") },
        SecretEncoding("hexadecimal list") { $0.utf8.map { "0x\(hex([$0]))" }.joined(separator: ",") },
        SecretEncoding("octal list") { $0.utf8.map { String($0, radix: 8) }.joined(separator: " ") },
        SecretEncoding("binary list") { $0.utf8.map { String($0, radix: 2) }.joined(separator: " ") },
        SecretEncoding("list of characters") { $0.unicodeScalars.map { String($0.value) }.joined(separator: ",") },
    ]

    private static let escaped = [
        SecretEncoding("percent") { $0.utf8.map { "%\(hex([$0]))" }.joined() },
        SecretEncoding("percent, partly") { $0.utf8.map { $0 % 2 == 0 ? "%\(hex([$0]).uppercased())" : character($0) }.joined() },
        SecretEncoding("percent, twice") { $0.utf8.map { "%25\(hex([$0]))" }.joined() },
        SecretEncoding("\\u") { $0.utf16.map { "\\u\(hex([UInt8($0 >> 8), UInt8($0 & 0xFF)]))" }.joined() },
        SecretEncoding("\\u, escaped again") { $0.utf16.map { "\\\\u\(hex([UInt8($0 >> 8), UInt8($0 & 0xFF)]))" }.joined() },
        SecretEncoding("\\x") { $0.utf8.map { "\\x\(hex([$0]))" }.joined() },
        SecretEncoding("octal escapes") {
            $0.utf8.map { "\\\(String(repeating: "0", count: 3 - String($0, radix: 8).count))\(String($0, radix: 8))" }.joined()
        },
        SecretEncoding("decimal references") { $0.unicodeScalars.map { "&#\($0.value);" }.joined() },
        SecretEncoding("hexadecimal references") { $0.unicodeScalars.map { "&#x\(String($0.value, radix: 16));" }.joined() },
        SecretEncoding("references, partly") { $0.unicodeScalars.map { $0.value % 2 == 0 ? "&#\($0.value);" : String($0) }.joined() },
        SecretEncoding("JSON in JSON") { json(json($0)) },
    ]

    private static let base64: [SecretEncoding] =
        (0..<3).flatMap { before -> [SecretEncoding] in
            let prefix = String("xy:".suffix(before))
            return [
                SecretEncoding("base64 behind \(before) bytes") { base64(prefix + $0) },
                SecretEncoding("base64url behind \(before) bytes, without padding") { base64URL(prefix + $0) },
                SecretEncoding("base64 behind \(before) bytes, in a path") { "https://a.example/v2/\(base64(prefix + $0))/x" },
            ]
        } + [
            SecretEncoding("Basic") { "Basic \(base64("user:\($0)"))" }, SecretEncoding("JSON in base64") { base64(json($0)) },
            SecretEncoding("base64 in base64") { base64(base64($0)) },
            SecretEncoding("base64 in base64 in base64") { base64(base64("token=\(base64($0))")) },
            SecretEncoding("hexadecimal in base64") { base64(hex($0.utf8)) },
            SecretEncoding("base64 in percent") { base64($0).utf8.map { "%\(hex([$0]))" }.joined() },
            SecretEncoding("base64 with line breaks") { base64($0).map(String.init).joined(separator: "\t") },
        ]

    private static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    private static func base64URL(_ text: String) -> String {
        base64(text).replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    private static func json(_ text: String) -> String {
        "{\"password\":\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\"}"
    }

    private static func character(_ byte: UInt8) -> String { byte < 0x80 ? String(UnicodeScalar(byte)) : "%\(hex([byte]))" }

    private static func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func base32(_ bytes: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        let bits = bytes.flatMap { byte in (0..<8).map { byte >> (7 - $0) & 1 } }
        return String(
            stride(from: 0, to: bits.count, by: 5).map { start in
                digits[(0..<5).reduce(0) { $0 << 1 | (start + $1 < bits.count ? Int(bits[start + $1]) : 0) }]
            })
    }
}
