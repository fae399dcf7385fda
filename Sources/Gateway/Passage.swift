import Crypto
import NIOCore
import Naming

/// What passes through on its way to a client: no shorter and no longer than was said, and, where that is asked for, of the digest that it
/// was asked by. What is wrong is an error, which breaks the connection off: a client never takes it for the end.
struct Passage {
    enum Wrong: Error, Hashable {
        case length
        case digest
    }

    private let expected: ContentDigest?
    private let length: Int?
    private var passed = 0
    private var hash: (any HashFunction)?
    /// The last part, which is held back until the digest is known.
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

    /// - Returns: what may go on by now.
    mutating func pass(_ part: ByteBuffer) throws(Wrong) -> ByteBuffer {
        passed += part.readableBytes
        guard passed <= length ?? .max else { throw .length }
        guard hash != nil else { return part }
        part.withUnsafeReadableBytes { hash?.update(bufferPointer: $0) }
        defer { held = part }
        return held ?? ByteBuffer()
    }

    mutating func end() throws(Wrong) -> ByteBuffer? {
        guard passed == length ?? passed else { throw .length }
        guard let hash, let expected else { return nil }
        guard Self.hexadecimal(of: hash) == expected.hexadecimal else { throw .digest }
        return held
    }

    private static func hexadecimal(of hash: any HashFunction) -> String {
        hash.finalize().map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}

extension ContentDigest {
    /// Whether it is the digest of that content.
    func isDigest(of content: ByteBuffer) -> Bool {
        var passage = Passage(length: nil, digest: self)
        do throws(Passage.Wrong) {
            _ = try passage.pass(content)
            _ = try passage.end()
            return true
        } catch {
            return false
        }
    }

    static func sha256(of content: ByteBuffer) -> ContentDigest? {
        let hash = SHA256.hash(data: Array(content.readableBytesView))
        return ContentDigest(parsing: "sha256:" + hash.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined())
    }
}
