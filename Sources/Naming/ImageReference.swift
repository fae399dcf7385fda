/// A reference to an image, as container engines write it: a repository, with a tag, a digest, both or neither
/// (https://github.com/distribution/reference/blob/main/reference.go).
///
/// All spellings of a reference parse to equal values.
package struct ImageReference: Hashable, Sendable {
    package let repository: RepositoryName
    /// nil if the reference has none. Engines then use `latest`, unless there is a digest.
    package let tag: String?
    package let digest: ContentDigest?

    package init(repository: RepositoryName, tag: String?, digest: ContentDigest?) {
        self.repository = repository
        self.tag = tag
        self.digest = digest
    }

    package init(parsing text: some StringProtocol) throws(NamingError) {
        let (name, tag, digest) = Self.split(Array(text.utf8))
        self.digest = try digest.map { bytes throws(NamingError) in try Self.digest(bytes) }
        guard !Self.isImageID(name, tag) else { throw NamingError(.hexadecimal) }
        self.tag = try tag.map { bytes throws(NamingError) in try Self.tag(bytes) }
        repository = try RepositoryName(parsing: name.asciiText)
    }

    /// The tag that the reference means; nil if it means the digest alone.
    package var effectiveTag: String? { tag ?? (digest == nil ? "latest" : nil) }

    /// Splits a text into the parts of a reference, which may be invalid.
    ///
    /// The tag begins after the last colon that no slash follows: a colon before a slash precedes a port.
    package static func split<Bytes: BidirectionalCollection<UInt8>>(
        _ bytes: Bytes
    ) -> (name: Bytes.SubSequence, tag: Bytes.SubSequence?, digest: Bytes.SubSequence?) {
        let end = bytes.firstIndex(of: UInt8(ascii: "@"))
        let digest = end.map { bytes[bytes.index(after: $0)...] }
        let name = bytes[..<(end ?? bytes.endIndex)]
        guard let colon = name.lastIndex(of: UInt8(ascii: ":")), !name[colon...].contains(UInt8(ascii: "/")) else {
            return (name, nil, digest)
        }
        return (bytes[..<colon], bytes[name.index(after: colon)..<name.endIndex], digest)
    }

    /// Engines name an image without a repository by its digest, `sha256:…`.
    private static func isImageID(_ name: ArraySlice<UInt8>, _ tag: ArraySlice<UInt8>?) -> Bool {
        guard let tag, ContentDigest.Algorithm(rawValue: name.asciiText) != nil else { return false }
        return tag.count >= 64 && tag.allSatisfy(\.isHexDigit)
    }

    private static func tag(_ bytes: ArraySlice<UInt8>) throws(NamingError) -> String {
        guard case .tag(let tag)? = ManifestReference(parsing: bytes.asciiText) else { throw NamingError(.imageTag) }
        return tag
    }

    private static func digest(_ bytes: ArraySlice<UInt8>) throws(NamingError) -> ContentDigest {
        guard let digest = ContentDigest(parsing: bytes.asciiText) else { throw NamingError(.imageDigest) }
        return digest
    }
}

extension ImageReference: CustomStringConvertible {
    /// The canonical form.
    package var description: String { "\(repository)\(tag.map { ":\($0)" } ?? "")\(digest.map { "@\($0)" } ?? "")" }
}
