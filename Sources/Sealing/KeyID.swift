import Crypto
import FoundationEssentials
import Naming

/// The identifier of a key-encryption key: 8 bytes that reveal nothing about the key; printed as 16 hexadecimal digits.
package struct KeyID: Hashable, Sendable, CustomStringConvertible {
    static let length = 8

    let bytes: [UInt8]

    /// Traps unless there are exactly eight bytes; callers check the length first.
    init(_ bytes: some Collection<UInt8>) {
        precondition(bytes.count == Self.length)
        self.bytes = Array(bytes)
    }

    package var description: String { bytes.hexadecimal }
}
