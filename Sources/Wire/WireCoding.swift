package import FoundationEssentials

/// How bodies and dates become text.
package enum WireCoding {
    /// JSON with sorted members and slashes as they are, in ASCII: Docker Cloud's CLI prints the bodies of errors as they
    /// come, and on Python 2 stops at the first byte that is not.
    package static func encode(_ body: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return escapeNonASCII(try encoder.encode(body))
    }

    /// Outside of strings JSON is ASCII anyway, so everything that is not can be escaped where it stands.
    private static func escapeNonASCII(_ json: Data) -> Data {
        guard json.contains(where: { $0 >= 0x80 }) else { return json }
        let escaped = String(decoding: json, as: UTF8.self).utf16.map { unit -> String in
            guard unit >= 0x80 else { return String(UnicodeScalar(UInt8(unit))) }
            let digits = String(unit, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
        return Data(escaped.joined().utf8)
    }

    package static func decode<Body: Decodable>(_ type: Body.Type, from data: Data) throws -> Body {
        try JSONDecoder().decode(type, from: data)
    }

    /// `Mon, 13 Oct 2014 11:01:43 +0000` (RFC 2822, section 3.3); parts of a second are cut off.
    package static func text(_ date: Date) -> String {
        InternetDate(date).description
    }

    /// The date that ``text(_:)`` wrote; nil for any other text.
    package static func date(_ text: String) -> Date? {
        InternetDate(parsing: text)?.date
    }

    /// The date of a text in the form of RFC 3339, or the beginning of a day; nil for any other text.
    package static func timestamp(_ text: String) -> Date? {
        InternetTimestamp(parsing: text)?.date
    }
}
