import NIOCore

/// The path of the request whose head is arriving. The parser reports an invalid or oversized head without its request line, so that the
/// format of the error is decided from the first bytes of the head.
final class RequestLine {
    private var beginning: [UInt8] = []
    /// The path of the last complete head. A pipelined request whose first bytes are unknown probably has a similar one.
    private var last: String?

    /// In bytes. The paths of the interfaces differ at their beginning.
    private static let limit = 256

    /// - Parameter isFirst: whether the bytes begin a head.
    func received(_ bytes: ByteBuffer, isFirst: Bool) {
        if isFirst { beginning = [] }
        guard beginning.count < Self.limit else { return }
        // Empty lines may precede a request line (https://www.rfc-editor.org/rfc/rfc9112#section-2.2).
        let rest = beginning.isEmpty ? bytes.readableBytesView.drop { $0 == 0x0D || $0 == 0x0A } : bytes.readableBytesView[...]
        beginning += rest.prefix(Self.limit - beginning.count)
    }

    func headReceived(_ target: String) {
        beginning = []
        last = String(target.prefix { $0 != "?" })
    }

    /// nil if it is not known.
    var path: String? { Self.path(in: beginning) ?? last }

    /// Reads a target that is a path, or a URL (https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2).
    private static func path(in line: [UInt8]) -> String? {
        let method = line.prefix { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
        let rest = line.dropFirst(method.count)
        guard !method.isEmpty, rest.first == UInt8(ascii: " ") else { return nil }
        let target = String(decoding: rest.dropFirst().prefix { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "?") }, as: UTF8.self)
        let isURL = target.hasPrefix("http://") || target.hasPrefix("https://")
        let path = isURL ? target.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)[2].drop { $0 != "/" } : target[...]
        return path.hasPrefix("/") ? String(path) : nil
    }
}
