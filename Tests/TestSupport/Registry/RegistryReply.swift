package import NIOHTTP1

/// The reaction of the registry in this process to one request.
package indirect enum RegistryReply: Sendable {
    case answer(status: Int, headers: HTTPHeaders = [:], body: [UInt8] = [])
    /// A chunked body in two parts; if it is not whole, the connection is closed before its end.
    case chunked(status: Int, headers: HTTPHeaders = [:], body: [UInt8], isWhole: Bool = true)
    /// This reply, after a delay.
    case late(milliseconds: Int64, RegistryReply)
    /// No response, and the connection stays open.
    case hang
    /// The head and the first bytes of a body of 100 bytes, and the connection stays open.
    case hangInBody(status: Int, headers: HTTPHeaders = [:])
    /// The same, and the connection is closed.
    case truncated(status: Int, headers: HTTPHeaders = [:])
    /// A body that continues while the peer reads it.
    case endless(status: Int, headers: HTTPHeaders = [:])
    /// The connection is closed without a response.
    case hangUp
    /// Exactly these bytes, and then this ending of the connection.
    case raw([UInt8], then: Ending)

    package enum Ending: Sendable, CaseIterable {
        case open
        case close
        /// With TCP's RST.
        case reset
    }
}

extension RegistryReply {
    /// https://github.com/opencontainers/distribution-spec, section "Error Codes"
    package static func error(_ status: Int, _ code: String, _ message: String, headers: HTTPHeaders = [:]) -> Self {
        let document = #"{"errors":[{"code":\#(JSONText.quote(code)),"message":\#(JSONText.quote(message)),"detail":null}]}"#
        return json(status, document, headers: headers)
    }

    package static func json(_ status: Int, _ document: String, headers: HTTPHeaders = [:]) -> Self {
        var headers = headers
        headers.replaceOrAdd(name: "Content-Type", value: "application/json")
        return .answer(status: status, headers: headers, body: Array(document.utf8))
    }

    /// A response that is written unchanged.
    package static func raw(_ text: String, then ending: Ending = .open) -> Self { .raw(Array(text.utf8), then: ending) }

    /// A whole response with any status line.
    package static func raw(statusLine: String, _ fields: [String] = [], body: String = "{}", then ending: Ending = .open) -> Self {
        let head = [statusLine, "Content-Length: \(body.utf8.count)"] + fields
        return .raw(head.joined(separator: "\r\n") + "\r\n\r\n" + body, then: ending)
    }

    /// A web server that is not a registry.
    package static func html(_ status: Int) -> Self {
        .answer(status: status, headers: ["Content-Type": "text/html"], body: Array("<html><body>nginx</body></html>".utf8))
    }

    /// A compressed body.
    package static func gzip(_ status: Int, _ body: [UInt8]) -> Self {
        .answer(status: status, headers: ["Content-Type": "application/json", "Content-Encoding": "gzip"], body: body)
    }

    package static func redirect(_ status: Int = 307, to location: String) -> Self {
        .answer(status: status, headers: ["Location": location])
    }

    package static func tooManyRequests(retryAfter seconds: Int) -> Self {
        error(429, "TOOMANYREQUESTS", "slow down", headers: ["Retry-After": "\(seconds)"])
    }

    /// A refusal with these `WWW-Authenticate` fields.
    package static func challenge(_ fields: String...) -> Self {
        error(401, "UNAUTHORIZED", "authentication required", headers: HTTPHeaders(fields.map { ("WWW-Authenticate", $0) }))
    }

    package static let bearer = challenge(#"Bearer realm="https://auth.example/token",service="registry.example""#)

    /// A response whose head is larger than any client should read.
    package static let hugeHeader = Self.answer(
        status: 401, headers: ["WWW-Authenticate": "Basic realm=\"\(String(repeating: "a", count: 1 << 20))\""])
}

/// Text that is escaped for a JSON document.
private enum JSONText {
    static func quote(_ text: String) -> String {
        let escaped = text.unicodeScalars.map { scalar in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case _ where scalar.value < 0x20: "\\u00\(scalar.value < 16 ? "0" : "")\(String(scalar.value, radix: 16))"
            default: String(scalar)
            }
        }
        return "\"\(escaped.joined())\""
    }
}
