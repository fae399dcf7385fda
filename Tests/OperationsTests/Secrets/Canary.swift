import Foundation

/// A credential that can be found in any encoding. Its bytes are chosen so that each encoding is different.
enum Canary {
    static let username = #"canary-user"/7Qx"#
    static let password = #"canary\pass+word%"é?>9Zw"#

    static let spellings: [String] = [username, password].flatMap(spellings(of:)) + [base64("\(username):\(password)")]

    /// The encodings that a file of the folder contains, each with the file's name.
    static func traces(in folder: String, of patterns: [String] = spellings) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).flatMap { file in
            let content = FileManager.default.contents(atPath: "\(folder)/\(file)") ?? Data()
            return patterns.filter { content.range(of: Data($0.utf8)) != nil }.map { "\(file): \($0)" }
        }
    }

    static func spellings(of secret: String) -> [String] {
        let bytes = Array(secret.utf8)
        let hex = bytes.map(hex).joined()
        let urlEscaped = bytes.map { $0.isUnreserved ? String(UnicodeScalar($0)) : "%\(Self.hex($0).uppercased())" }.joined()
        let jsonEscaped = secret.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return [
            secret, base64(secret), hex, hex.uppercased(), urlEscaped, jsonEscaped, jsonEscaped.replacing("/", with: "\\/"),
            jsonEscaped.replacing("é", with: "\\u00e9"),
        ]
    }

    static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    private static func hex(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }
}

extension UInt8 {
    /// The unreserved characters of URLs (https://www.rfc-editor.org/rfc/rfc3986#section-2.3).
    fileprivate var isUnreserved: Bool {
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8.contains(self)
    }
}
