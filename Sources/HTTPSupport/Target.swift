package import Domain
import Naming

/// The target of a request: a canonical path and a query.
///
/// Router, authorization and log use exactly these bytes. Paths that other software may normalize differently are rejected
/// (https://www.rfc-editor.org/rfc/rfc3986#section-6). Each of these normalizations has caused vulnerabilities in other products.
package struct Target: Sendable {
    package let path: String
    /// Handlers call ``Query/refuseMalformed()`` after authentication.
    package let query: Query

    /// The path for logs, truncated: the path of an upload may have any length.
    package var shortPath: String { path.utf8.count > Self.shortLength ? String(path.prefix(Self.shortLength)) : path }

    private static let shortLength = 256

    package init(parsing target: String) throws(RequestError) {
        let bytes = Array(target.utf8)
        let mark = bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.endIndex
        let path = bytes[..<mark]
        guard path.first == UInt8(ascii: "/") else { throw .invalid("The request target is not a path") }
        guard path.allSatisfy(\.isPrintableASCII) else {
            throw .invalid("The path has a character that is not printable ASCII")
        }
        guard !path.contains(where: Self.isRefused) else {
            throw .invalid("The path has a '%', '\\', ';' or '#': names are written as they are, without percent-encoding")
        }
        guard !zip(path, path.dropFirst()).contains(where: { $0 == UInt8(ascii: "/") && $1 == UInt8(ascii: "/") }) else {
            throw .invalid("The path has an empty segment ('//')")
        }
        guard !Self.hasDotSegment(path) else { throw .invalid("The path has a segment '.' or '..'") }
        self.path = String(decoding: path, as: UTF8.self)
        query = try Query(ofTarget: String(decoding: bytes[mark...].dropFirst(), as: UTF8.self))
        guard !APIKeySecret.isPresent(in: path) else { throw Query.secretInURL }
    }

    private static func isRefused(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "%"), UInt8(ascii: "\\"), UInt8(ascii: ";"), UInt8(ascii: "#"): true
        default: false
        }
    }

    private static func hasDotSegment(_ path: ArraySlice<UInt8>) -> Bool {
        var length = 0
        var isDots = true
        for byte in path {
            if byte == UInt8(ascii: "/") {
                if isDots, length == 1 || length == 2 { return true }
                (length, isDots) = (0, true)
            } else {
                length += 1
                isDots = isDots && byte == UInt8(ascii: ".")
            }
        }
        return isDots && (length == 1 || length == 2)
    }
}
