import NIOCore
import RegistryClient

/// Replaces the member `name` of a JSON document, which is a registry's own name for a repository
/// (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-tags).
struct NameRewriter {
    private let bytes: [UInt8]
    private var position = 0

    /// - Parameters:
    ///   - document: a JSON object, or the beginning of one.
    ///   - isWhole: whether it is the whole object; a name is added if it has none.
    /// - Returns: the document with the other name, or unchanged.
    static func naming(_ document: ByteBuffer, _ name: String, isWhole: Bool) -> ByteBuffer {
        var rewriter = NameRewriter(bytes: Array(document.readableBytesView))
        let (bytes, value) = (rewriter.bytes, Array("\"\(name)\"".utf8))
        if let range = rewriter.rangeOfName() { return ByteBuffer(bytes: bytes[..<range.lowerBound] + value + bytes[range.upperBound...]) }
        guard isWhole, let start = bytes.firstIndex(where: { !" \t\r\n".utf8.contains($0) }), bytes[start] == UInt8(ascii: "{") else {
            return document
        }
        let isEmpty = bytes[(start + 1)...].first { !" \t\r\n".utf8.contains($0) } == UInt8(ascii: "}")
        let member = Array("\"name\":".utf8) + value + (isEmpty ? [] : [UInt8(ascii: ",")])
        return ByteBuffer(bytes: bytes[...start] + member + bytes[(start + 1)...])
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private mutating func rangeOfName() -> Range<Int>? {
        var depth = 0
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                position += 1
            case UInt8(ascii: "\""):
                let text = takeString()
                guard depth == 1, bytes[text].elementsEqual("\"name\"".utf8), takeColon() else { continue }
                if bytes[position...].starts(with: "null".utf8) { return position..<(position + 4) }
                guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { return nil }
                let value = takeString()
                return value.upperBound <= bytes.count && bytes[value.upperBound - 1] == UInt8(ascii: "\"") && value.count > 1 ? value : nil
            default: position += 1
            }
        }
        return nil
    }

    /// Includes the quotation marks.
    private mutating func takeString() -> Range<Int> {
        let start = position
        position += 1
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") { position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1 }
        position = min(position + 1, bytes.count)
        return start..<position
    }

    private mutating func takeColon() -> Bool {
        skipSpace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: ":") else { return false }
        position += 1
        skipSpace()
        return true
    }

    private mutating func skipSpace() {
        while position < bytes.count, " \t\r\n".utf8.contains(bytes[position]) { position += 1 }
    }
}
