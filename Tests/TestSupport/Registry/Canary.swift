package import Domain
import FoundationEssentials

/// A credential that tests detect in any text and in any encoding. Its bytes differ in each encoding.
package enum Canary {
    package static let username = #"canary-user"/7Qx"#
    package static let password = #"canary\pass+word%"é?>9Zw"#

    package static let credential = Credential(username: Secret(username), password: Secret(password))
    /// The value of the `Authorization` field for Basic (https://www.rfc-editor.org/rfc/rfc7617).
    package static let authorization = "Basic \(base64("\(username):\(password)"))"
    package static let behavior = [username: password]

    package static func traces(in text: String) -> [String] {
        let folded = text.lowercased()
        return spellings.filter { folded.contains($0.lowercased()) } + encodings.filter { text.contains($0) }
    }

    package static let spellings: [String] = [username, password].flatMap(spellings(of:)) + [base64("\(username):\(password)")]

    /// Further encodings of the user name and the password, which depend on the case of letters.
    package static let encodings: [String] = [username, password].flatMap { secret in SecretEncoding.all.map { $0.text(secret) } }

    package static func spellings(of secret: String) -> [String] {
        [secret, base64(secret), hex(secret), urlEscaped(secret), jsonEscaped(secret)]
    }

    package static func base64(_ text: String) -> String {
        Data(text.utf8).base64EncodedString()
    }

    package static func hex(_ text: String) -> String {
        text.utf8.map(hex).joined()
    }

    package static func urlEscaped(_ text: String) -> String {
        text.utf8.map { byte in
            let isKept =
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            return isKept || byte == UInt8(ascii: "-") ? String(UnicodeScalar(byte)) : "%\(hex(byte).uppercased())"
        }.joined()
    }

    package static func jsonEscaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("/", with: "\\/").replacing("é", with: "\\u00e9")
    }

    private static func hex(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
}
