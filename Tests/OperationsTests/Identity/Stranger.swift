import Domain
import Testing

/// Keys that look right and are not.
enum Stranger {
    /// A key that nobody has.
    static func unknown() -> APIKeySecret {
        var generator = SystemRandomNumberGenerator()
        return .mint(using: &generator)
    }

    /// Somebody's key identifier with another secret, and a checksum that is right: whoever saw the identifier can make one.
    static func wrongSecret(for key: APIKeySecret) throws -> APIKeySecret {
        var generator = Drawing(key.keyID)
        let wrong = APIKeySecret.mint(using: &generator)
        try #require(wrong.keyID == key.keyID)
        try #require(wrong != key)
        return wrong
    }

    /// Draws the characters of a text, in base 62, and at random after them.
    private struct Drawing: RandomNumberGenerator {
        private var digits: [UInt64]
        private var random = SystemRandomNumberGenerator()

        init(_ text: String) {
            let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
            let width = UInt64.max / UInt64(alphabet.count)
            // The middle of the part of all numbers that the standard library reads as that digit.
            digits = text.utf8.compactMap { alphabet.firstIndex(of: $0) }.map { UInt64($0) * width + width / 2 }
        }

        mutating func next() -> UInt64 {
            digits.isEmpty ? random.next() : digits.removeFirst()
        }
    }
}
