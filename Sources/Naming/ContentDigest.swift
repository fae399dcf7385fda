/// A digest of content, such as `sha256:e3b0…`, with one of the two registered algorithms
/// (https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests).
package struct ContentDigest: Hashable, Sendable {
    package enum Algorithm: String, Hashable, Sendable, CaseIterable {
        case sha256, sha512

        var length: Int { self == .sha256 ? 64 : 128 }
    }

    package let algorithm: Algorithm
    /// In lower case.
    package let hexadecimal: String

    package init?(parsing text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), let algorithm = Algorithm(rawValue: bytes[..<colon].asciiText) else {
            return nil
        }
        let digits = bytes[(colon + 1)...]
        guard digits.count == algorithm.length, digits.allSatisfy(\.isHexDigit) else { return nil }
        self.algorithm = algorithm
        hexadecimal = digits.asciiText
    }
}

extension ContentDigest: CustomStringConvertible {
    package var description: String { "\(algorithm.rawValue):\(hexadecimal)" }
}

/// The reference of a manifest within its repository: a tag or a digest
/// (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests).
package enum ManifestReference: Hashable, Sendable, CustomStringConvertible {
    case tag(String)
    case digest(ContentDigest)

    /// `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`, or a digest.
    package init?(parsing text: some StringProtocol) {
        let bytes = Array(text.utf8)
        if bytes.contains(UInt8(ascii: ":")) {
            guard let digest = ContentDigest(parsing: text) else { return nil }
            self = .digest(digest)
        } else {
            guard (1...128).contains(bytes.count), bytes.allSatisfy(Self.isTagByte), !".-".utf8.contains(bytes[0]) else { return nil }
            self = .tag(bytes.asciiText)
        }
    }

    package var description: String {
        switch self {
        case .tag(let tag): tag
        case .digest(let digest): digest.description
        }
    }

    private static func isTagByte(_ byte: UInt8) -> Bool {
        byte.isLowerAlphanumeric || byte.isUpper || "_.-".utf8.contains(byte)
    }
}
