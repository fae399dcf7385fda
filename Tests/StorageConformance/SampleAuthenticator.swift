import Storage

/// Codes without a secret, for stores without a deployment: FNV-1a of the key and the row.
package struct SampleAuthenticator: RowAuthenticator {
    private let key: UInt64

    package init(key: UInt64 = 0xcbf2_9ce4_8422_2325) {
        self.key = key
    }

    package func code(of row: [UInt8]) -> [UInt8] {
        let hash = row.reduce(key) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return withUnsafeBytes(of: hash.bigEndian, Array.init)
    }

    package func isValid(_ code: [UInt8], of row: [UInt8]) -> Bool { code == self.code(of: row) }
}
