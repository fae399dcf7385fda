import Domain
import Testing

/// Well-formed keys that are not valid.
enum InvalidKeys {
    /// An unknown key.
    static func unknown() -> APIKeySecret {
        var generator = SystemRandomNumberGenerator()
        return .mint(using: &generator)
    }

    /// An existing key identifier with another secret and a valid checksum. Anyone who knows the identifier can create one.
    static func wrongSecret(for key: APIKeySecret) throws -> APIKeySecret {
        var generator = Drawing(key.keyID)
        let wrong = APIKeySecret.mint(using: &generator)
        try #require(wrong.keyID == key.keyID)
        try #require(wrong != key)
        return wrong
    }

    /// Generates the base-62 digits of a text, and random numbers after them.
    private struct Drawing: RandomNumberGenerator {
        private var digits: [UInt64]
        private var random = SystemRandomNumberGenerator()

        init(_ text: String) {
            let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
            let width = UInt64.max / UInt64(alphabet.count)
            // The middle of the range that the standard library maps to that digit.
            digits = text.utf8.compactMap { alphabet.firstIndex(of: $0) }.map { UInt64($0) * width + width / 2 }
        }

        mutating func next() -> UInt64 {
            digits.isEmpty ? random.next() : digits.removeFirst()
        }
    }
}
