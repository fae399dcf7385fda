package import FoundationEssentials

/// Encodes and decodes bodies and dates.
package enum WireCoding {
    /// JSON with sorted members and unescaped slashes, in ASCII: Docker Cloud's CLI prints the bodies of error responses unchanged, and
    /// on Python 2 it fails at the first byte that is not ASCII.
    package static func encode(_ body: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return escapeNonASCII(try encoder.encode(body))
    }

    /// Non-ASCII characters occur only in strings, where each can be replaced by an escape.
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

    /// `Mon, 13 Oct 2014 11:01:43 +0000` (RFC 2822, section 3.3); fractions of a second are dropped.
    package static func text(_ date: Date) -> String {
        InternetDate(date).description
    }

    /// The date of a text that ``text(_:)`` produces; nil for any other text.
    package static func date(_ text: String) -> Date? {
        InternetDate(parsing: text)?.date
    }

    /// The date of an RFC 3339 timestamp, or the start of a day in UTC; nil for any other text.
    package static func timestamp(_ text: String) -> Date? {
        InternetTimestamp(parsing: text)?.date
    }
}

/// A member that is encoded as `null` if it is nil. Clients expect it, and a synthesized encoding would omit it.
@propertyWrapper
package struct OrNull<Value: Codable & Hashable & Sendable>: Codable, Hashable, Sendable {
    package var wrappedValue: Value?

    package init(wrappedValue: Value?) {
        self.wrappedValue = wrappedValue
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        wrappedValue = container.decodeNil() ? nil : try container.decode(Value.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let wrappedValue { try container.encode(wrappedValue) } else { try container.encodeNil() }
    }
}

extension KeyedDecodingContainer {
    /// Decodes an absent member as nil, because servers without the feature do not send it.
    package func decode<Value>(_ type: OrNull<Value>.Type, forKey key: Key) throws -> OrNull<Value> {
        try decodeIfPresent(type, forKey: key) ?? OrNull(wrappedValue: nil)
    }
}

/// Header fields of this API.
package enum Header {
    /// The resource URI of the action that records a request.
    package static let actionURI = "X-DockerCloud-Action-URI"
    package static let requestID = "X-Request-Id"
    /// Identifies the stored user name of a refused login, for the parameter `refused_users` of further updates.
    package static let refusedUser = "X-DockerCloud-Refused-User"
}
