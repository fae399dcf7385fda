import Domain

/// Creates a well-formed key with the identifier of an existing key and another secret.
struct KeyForger: RandomNumberGenerator {
    private static let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
    private var wanted: [UInt64]

    private init(keyID: String) {
        wanted = keyID.compactMap { Self.digits.firstIndex(of: $0) }.map(UInt64.init)
    }

    /// A number from the middle of the range that the standard library maps to the wanted digit.
    mutating func next() -> UInt64 {
        guard !wanted.isEmpty else { return .random(in: 0 ... .max) }
        let width = UInt64.max / UInt64(Self.digits.count)
        return wanted.removeFirst() * width + width / 2
    }

    static func wrongSecret(of key: APIKeySecret) -> APIKeySecret {
        var forger = KeyForger(keyID: key.keyID)
        return .mint(using: &forger)
    }
}
