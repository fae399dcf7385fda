package import Domain

/// What a request asks for: a path in its one spelling, and a query.
///
/// Router, authorisation and log see these very bytes. A path that other software might read differently is refused:
/// https://www.rfc-editor.org/rfc/rfc3986#section-6 lists what they fold, and products were broken into by each of those.
package struct Target: Sendable {
    package let path: String
    package let query: Query

    /// What is written down of the path: an upload's may be of any length.
    package var shortPath: String { String(path.prefix(Self.shortLength)) }

    private static let shortLength = 256

    package init(parsing target: String) throws(Fault) {
        let bytes = Array(target.utf8)
        let mark = bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.endIndex
        let path = bytes[..<mark]
        guard path.first == UInt8(ascii: "/") else { throw .invalid("The request target is not a path") }
        guard path.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw .invalid("The path has a character that is not printable ASCII")
        }
        guard !path.contains(where: { "%\\;#".utf8.contains($0) }) else {
            throw .invalid("The path has a '%', '\\', ';' or '#': names are written as they are, without percent-encoding")
        }
        let segments = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst()
        guard !segments.dropLast().contains(where: \.isEmpty) else { throw .invalid("The path has an empty segment ('//')") }
        guard !segments.contains(where: { $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8) }) else {
            throw .invalid("The path has a segment '.' or '..'")
        }
        self.path = String(decoding: path, as: UTF8.self)
        query = try Query(parsing: String(decoding: bytes[mark...].dropFirst(), as: UTF8.self))
        guard !APIKeySecret.isPresent(in: path) else { throw Query.secretInURL }
    }
}
