/// The text of an API key: `lm_<key id>_<secret><checksum>`.
///
/// The key id has 12 characters, is public and identifies the row. The secret has 43 characters, drawn uniformly from 62, which is 256
/// bits. The checksum is the CRC-32 of everything before it, in 6 characters, so that typing errors are detected without a look-up. A value
/// is always a complete, well-formed key, and only ``revealed()`` returns its text.
package struct APIKeySecret: Hashable, Sendable {
    package let keyID: String
    private let text: String

    /// Parses a key; nil unless it is well-formed and its checksum is right.
    package init?(parsing text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == KeyFormat.length, KeyFormat.startsKey(bytes[...]) else { return nil }
        let (body, checksum) = (bytes.dropLast(KeyFormat.checksumLength), bytes.suffix(KeyFormat.checksumLength))
        guard body.dropFirst(KeyFormat.headLength).allSatisfy(Base62.contains), checksum.elementsEqual(KeyFormat.checksum(of: body)) else {
            return nil
        }
        self.init(wellFormed: bytes)
    }

    /// Generates a new key. The generator must be cryptographically secure, as `SystemRandomNumberGenerator` is.
    package static func mint(using generator: inout some RandomNumberGenerator) -> APIKeySecret {
        let keyID = Base62.random(KeyFormat.keyIDLength, using: &generator)
        let secret = Base62.random(KeyFormat.secretLength, using: &generator)
        let body = KeyFormat.prefix + keyID + [KeyFormat.separator] + secret
        return APIKeySecret(wellFormed: body + KeyFormat.checksum(of: body[...]))
    }

    private init(wellFormed bytes: [UInt8]) {
        keyID = String(decoding: bytes[KeyFormat.keyIDRange], as: UTF8.self)
        text = String(decoding: bytes, as: UTF8.self)
    }

    /// The complete key, to show to its owner or to hash.
    package func revealed() -> String { text }
}

extension APIKeySecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "lm_\(keyID)_<redacted>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

// MARK: Detection of leaked keys

extension APIKeySecret {
    /// Whether the bytes contain a key, or a significant part of one. Percent-encoding must be removed before.
    ///
    /// `lm_`, 12 characters and `_` are not sufficient, because `helm_integrations_x` is a valid repository name. At least half of the
    /// secret must follow. A shorter part leaves more than 128 bits unknown.
    package static func isPresent(in bytes: some Sequence<UInt8>) -> Bool {
        let bytes = Array(bytes)
        return bytes.indices.contains { bytes[$0] == KeyFormat.prefix[0] && KeyFormat.secretRun(at: $0, in: bytes) != nil }
    }

    /// The text with the secret of every contained key replaced by `<redacted>`, for text from other sources.
    package static func redacting(_ text: String) -> String {
        let bytes = Array(text.utf8)
        guard isPresent(in: bytes) else { return text }
        var kept: [UInt8] = []
        var position = 0
        while position < bytes.count {
            if let run = KeyFormat.secretRun(at: position, in: bytes) {
                kept += bytes[position..<run.lowerBound]
                kept += "<redacted>".utf8
                position = run.upperBound
            } else {
                kept.append(bytes[position])
                position += 1
            }
        }
        return String(decoding: kept, as: UTF8.self)
    }

    /// As ``redacting(_:)``, for text from clients that is stored. A text that contains a key in an encoded form, as in Basic
    /// authentication, is replaced as a whole.
    package static func redactingAll(_ text: String) -> String {
        let minimumLength = KeyFormat.headLength + KeyFormat.tellingLength
        guard text.utf8.count >= minimumLength else { return text }
        let redacted = redacting(text)
        var search = DecodedTextSearch(minimumLength: minimumLength, isASCII: true)
        return search.finds(in: redacted) { bytes, _ in isPresent(in: bytes) } ? "<redacted>" : redacted
    }
}

// MARK: Grammar

private enum KeyFormat {
    static let prefix = Array("lm_".utf8)
    static let separator = UInt8(ascii: "_")
    static let keyIDLength = 12
    static let secretLength = 43
    static let checksumLength = 6
    static let keyIDRange = prefix.count..<(prefix.count + keyIDLength)
    static let headLength = prefix.count + keyIDLength + 1
    static let length = headLength + secretLength + checksumLength
    static let tellingLength = 22

    static func startsKey(_ bytes: ArraySlice<UInt8>) -> Bool {
        let keyID = bytes.dropFirst(prefix.count).prefix(keyIDLength)
        return bytes.starts(with: prefix) && keyID.count == keyIDLength && keyID.allSatisfy(Base62.contains)
            && bytes.dropFirst(headLength - 1).first == separator
    }

    /// The range of the base62 characters after the head of a key, if a head starts at `position` and enough of them follow.
    static func secretRun(at position: Int, in bytes: [UInt8]) -> Range<Int>? {
        guard bytes[position] == UInt8(ascii: "l"), startsKey(bytes[position...]) else { return nil }
        let run = bytes[(position + headLength)...].prefix(while: Base62.contains)
        return run.count >= tellingLength ? run.indices : nil
    }

    static func checksum(of body: ArraySlice<UInt8>) -> [UInt8] {
        Base62.encode(crc32(body), length: checksumLength)
    }

    /// CRC-32 as in https://www.rfc-editor.org/rfc/rfc1952#section-8, without a table, as keys are short.
    static func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        ~bytes.reduce(UInt32.max) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum & 1 == 1 ? (sum >> 1) ^ 0xEDB8_8320 : sum >> 1 }
        }
    }
}

enum Base62 {
    static let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    static func contains(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
        default: false
        }
    }

    static func random(_ count: Int, using generator: inout some RandomNumberGenerator) -> [UInt8] {
        (0..<count).map { _ in digits[Int.random(in: digits.indices, using: &generator)] }
    }

    /// Most significant digit first, padded with zeros.
    static func encode(_ number: UInt32, length: Int) -> [UInt8] {
        var rest = Int(number)
        var encoded: [UInt8] = []
        for _ in 0..<length {
            encoded.append(digits[rest % digits.count])
            rest /= digits.count
        }
        return encoded.reversed()
    }
}
