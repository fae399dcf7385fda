import Domain
package import NIOHTTP1

/// The rules for request heads that the parser does not enforce.
///
/// If two hops disagree on the framing or the host of a request, requests can be smuggled past the first one
/// (https://www.rfc-editor.org/rfc/rfc9112#section-11.2).
package enum RequestHead {
    package static func error(of head: HTTPRequestHead) -> ResponseError? {
        hostError(of: head) ?? framingError(of: head)
    }

    /// https://www.rfc-editor.org/rfc/rfc9112#section-3.2
    private static func hostError(of head: HTTPRequestHead) -> ResponseError? {
        let hosts = head.headers["Host"]
        if hosts.isEmpty, head.version == .http1_0 { return nil }
        guard hosts.count == 1 else { return .invalid("A request has exactly one 'Host'") }
        return HostField.isValid(hosts[0]) ? nil : .invalid("The field 'Host' must be a host, or a host and a port")
    }

    /// https://www.rfc-editor.org/rfc/rfc9112#section-6.3
    private static func framingError(of head: HTTPRequestHead) -> ResponseError? {
        let codings = head.headers["Transfer-Encoding"]
        let lengths = head.headers["Content-Length"]
        guard codings.isEmpty || head.version == .http1_1 else { return .invalid("HTTP/1.0 has no 'Transfer-Encoding'") }
        guard codings.isEmpty || lengths.isEmpty, codings.count <= 1, lengths.count <= 1 else {
            return .invalid("'Content-Length' and 'Transfer-Encoding' are given once, and never both")
        }
        guard codings.allSatisfy({ $0.lowercased() == "chunked" }) else { return .invalid("'Transfer-Encoding' can only be 'chunked'") }
        guard lengths.allSatisfy(isNumber) else { return .invalid("'Content-Length' must be a number") }
        return nil
    }

    private static func isNumber(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") } && Int(text) != nil
    }

    /// nil for a chunked body.
    static func bodyLength(of head: HTTPRequestHead) -> Int? {
        guard head.headers["Transfer-Encoding"].isEmpty else { return nil }
        return head.headers["Content-Length"].first.flatMap(Int.init) ?? 0
    }

    /// Whether the parser treats the following bytes as another protocol, so that no further request can be read.
    static func leavesHTTP(_ head: HTTPRequestHead) -> Bool {
        head.method == .CONNECT || head.headers.contains(name: "Upgrade")
    }
}

/// `host[:port]` (https://www.rfc-editor.org/rfc/rfc9110#section-7.2), checked on bytes.
package enum HostField {
    package static func isValid(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty, bytes.count <= 261 else { return false }
        let isBracketed = bytes[0] == UInt8(ascii: "[")
        guard let end = bytes.firstIndex(of: UInt8(ascii: isBracketed ? "]" : ":")) else { return !isBracketed && isName(bytes[...]) }
        let host = isBracketed ? bytes[1..<end] : bytes[..<end]
        let rest = bytes[(isBracketed ? end + 1 : end)...]
        return (isBracketed ? isIPv6(host) : isName(host)) && (rest.isEmpty || isPort(rest))
    }

    /// Host names, including the underscore that private networks use. They are ASCII on the wire.
    private static func isName(_ bytes: ArraySlice<UInt8>) -> Bool {
        !bytes.isEmpty && bytes.allSatisfy { isHexDigit($0) || isLetter($0) || "-._".utf8.contains($0) }
    }

    private static func isIPv6(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.contains(UInt8(ascii: ":")) && bytes.allSatisfy { isHexDigit($0) || ":.".utf8.contains($0) }
    }

    private static func isPort(_ bytes: ArraySlice<UInt8>) -> Bool {
        let digits = bytes.dropFirst()
        guard bytes.first == UInt8(ascii: ":"), digits.count <= 5, digits.allSatisfy({ isHexDigit($0) && !isLetter($0) }) else {
            return false
        }
        return digits.isEmpty || Int(String(decoding: digits, as: UTF8.self)).map { $0 <= 65_535 } ?? false
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }
}
