package import Domain
package import NIOHTTP1

/// What a request's head must be beyond what the parser makes sure of.
///
/// Where two programs on the way of a request find its end, or its host, at different places, the one behind can be made to
/// see requests that the one before has not (https://www.rfc-editor.org/rfc/rfc9112#section-11.2).
package enum RequestHead {
    package static func error(of head: HTTPRequestHead) -> RequestError? {
        hostFault(of: head) ?? framingFault(of: head)
    }

    /// https://www.rfc-editor.org/rfc/rfc9112#section-3.2
    private static func hostFault(of head: HTTPRequestHead) -> RequestError? {
        let hosts = head.headers["Host"]
        if hosts.isEmpty, head.version == .http1_0 { return nil }
        guard hosts.count == 1 else { return .invalid("A request has exactly one 'Host'") }
        return HostField.isValid(hosts[0]) ? nil : .invalid("The field 'Host' must be a host, or a host and a port")
    }

    /// https://www.rfc-editor.org/rfc/rfc9112#section-6.3
    private static func framingFault(of head: HTTPRequestHead) -> RequestError? {
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

    /// nil where the body comes in chunks.
    static func bodyLength(of head: HTTPRequestHead) -> Int? {
        guard head.headers["Transfer-Encoding"].isEmpty else { return nil }
        return head.headers["Content-Length"].first.flatMap(Int.init) ?? 0
    }

    /// Whether the parser takes what follows for another protocol, so that no further request can be read.
    static func leavesHTTP(_ head: HTTPRequestHead) -> Bool {
        head.method == .CONNECT || head.headers.contains(name: "Upgrade")
    }
}
