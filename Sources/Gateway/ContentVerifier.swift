import Crypto
import NIOCore
import Naming
import RegistryClient

/// Verifies the length and, optionally, the digest of content on its way to a client. A mismatch is an error that closes the connection, so
/// that the client does not take the content for complete.
struct ContentVerifier: Sendable {
    enum Mismatch: Error, Hashable {
        case length
        case digest
    }

    private let expected: ContentDigest?
    private let length: Int?
    private var passed = 0
    private var hash: (any HashFunction & Sendable)?
    /// The last part, which is held back until the digest is verified.
    private var held: ByteBuffer?

    init(length: Int?, digest: ContentDigest?) {
        self.length = length
        expected = digest
        switch digest?.algorithm {
        case .sha256?: hash = SHA256()
        case .sha512?: hash = SHA512()
        case nil: hash = nil
        }
    }

    /// - Returns: the bytes that may be sent now.
    mutating func pass(_ part: ByteBuffer) throws(Mismatch) -> ByteBuffer {
        passed += part.readableBytes
        guard passed <= length ?? .max else { throw .length }
        guard hash != nil else { return part }
        part.withUnsafeReadableBytes { hash?.update(bufferPointer: $0) }
        defer { held = part }
        return held ?? ByteBuffer()
    }

    mutating func end() throws(Mismatch) -> ByteBuffer? {
        guard passed == length ?? passed else { throw .length }
        guard let hash, let expected else { return nil }
        guard hash.finalize().hexadecimal == expected.hexadecimal else { throw .digest }
        return held
    }
}

extension UpstreamBody {
    /// Passes its parts to `write` as they arrive and are verified.
    ///
    /// A digest is computed on the connection's own thread: with SHA instructions of the processor, hashing a part takes less time than
    /// handing it to another thread and back.
    func pass(length: Int?, digest: ContentDigest?, to write: (ByteBuffer) async throws -> Void) async throws {
        var verifier = ContentVerifier(length: length, digest: digest)
        for try await part in self { try await write(try verifier.pass(part)) }
        if let rest = try verifier.end() { try await write(rest) }
    }
}

extension ContentDigest {
    /// Whether it is the digest of the content.
    func isDigest(of content: ByteBuffer) -> Bool {
        var verifier = ContentVerifier(length: nil, digest: self)
        do throws(ContentVerifier.Mismatch) {
            _ = try verifier.pass(content)
            _ = try verifier.end()
            return true
        } catch {
            return false
        }
    }

    static func sha256(of content: ByteBuffer) -> ContentDigest? {
        let hash = SHA256.hash(data: Array(content.readableBytesView))
        return ContentDigest(parsing: "sha256:" + hash.hexadecimal)
    }
}
