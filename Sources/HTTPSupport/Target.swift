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
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = String(parts[0])
        guard path.utf8.first == UInt8(ascii: "/") else { throw .invalid("The request target is not a path") }
        guard path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw .invalid("The path has a character that is not printable ASCII")
        }
        guard !path.utf8.contains(where: { "%\\;#".utf8.contains($0) }) else {
            throw .invalid("The path has a '%', '\\', ';' or '#': names are written as they are, without percent-encoding")
        }
        let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        guard !segments.dropLast().contains("") else { throw .invalid("The path has an empty segment ('//')") }
        guard !segments.contains("."), !segments.contains("..") else { throw .invalid("The path has a segment '.' or '..'") }
        self.path = path
        query = try Query(parsing: parts.count == 2 ? parts[1] : "")
        guard !APIKeySecret.isPresent(in: path.utf8) else { throw Query.secretInURL }
    }
}
