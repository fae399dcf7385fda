/// A request as it is sent. Nothing is checked or added but the length of the body.
package struct RawRequest: Sendable {
    package var method: String
    package var target: String
    package var fields: [(name: String, value: String)]
    package var body: [UInt8]?

    package init(_ method: String, _ target: String, _ fields: [(name: String, value: String)] = [], body: [UInt8]? = nil) {
        self.method = method
        self.target = target
        self.fields = fields
        self.body = body
    }

    package var bytes: [UInt8] {
        var lines = ["\(method) \(target) HTTP/1.1", "Host: 127.0.0.1"]
        lines += fields.map { "\($0.name): \($0.value)" }
        let isFramed = fields.contains { ["content-length", "transfer-encoding"].contains($0.name.lowercased()) }
        if let body, !isFramed { lines.append("Content-Length: \(body.count)") }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + (body ?? [])
    }

    /// The same request with its body in chunks of that size, in bytes (https://www.rfc-editor.org/rfc/rfc9112#section-7.1).
    package func chunked(by size: Int) -> RawRequest {
        var request = self
        let body = body ?? []
        let pieces = stride(from: 0, to: body.count, by: size).map { body[$0..<min($0 + size, body.count)] }
        request.fields.append((name: "Transfer-Encoding", value: "chunked"))
        request.body =
            pieces.flatMap { Array("\(String($0.count, radix: 16))\r\n".utf8) + $0 + Array("\r\n".utf8) } + Array("0\r\n\r\n".utf8)
        return request
    }
}
