/// Which key-encryption key wrapped a data key: 8 bytes that tell nothing about the key itself; printed as 16 hexadecimal digits.
package struct KeyID: Hashable, Sendable, CustomStringConvertible {
    static let length = 8

    let bytes: [UInt8]

    /// Traps unless there are exactly eight bytes, so callers check lengths first.
    init(_ bytes: some Collection<UInt8>) {
        precondition(bytes.count == Self.length)
        self.bytes = Array(bytes)
    }

    package var description: String {
        bytes.map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }.joined()
    }
}
