/// A response as it was received.
package struct RawResponse: Sendable {
    package let status: Int
    package let fields: [(name: String, value: String)]
    package let body: [UInt8]

    package init(status: Int, fields: [(name: String, value: String)], body: [UInt8]) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    package var text: String { String(decoding: body, as: UTF8.self) }

    /// The value of a header field, regardless of case; nil if there is none or more than one.
    package subscript(name: String) -> String? {
        let values = fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
        return values.count == 1 ? values[0] : nil
    }
}

/// The head of a response, and the framing of its body (https://www.rfc-editor.org/rfc/rfc9112#section-6.3).
struct RawResponseHead {
    let status: Int
    let fields: [(name: String, value: String)]

    enum Framing: Equatable {
        case length(Int)
        case chunked
    }

    init?(_ bytes: ArraySlice<UInt8>) {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n")
        guard let first = lines.first?.split(separator: " "), first.count >= 2, first[0] == "HTTP/1.1", let status = Int(first[1]) else {
            return nil
        }
        self.status = status
        fields = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return (String(parts[0]), parts.count == 2 ? String(parts[1].drop { $0 == " " }) : "")
        }
    }

    /// nil if the head does not define it, so that only the end of the connection shows the end of the body.
    func framing(toHead: Bool) -> Framing? {
        if toHead || status == 204 || status == 304 { return .length(0) }
        let value = { (name: String) in fields.first { $0.name.lowercased() == name }?.value }
        if value("transfer-encoding") == "chunked" { return .chunked }
        return value("content-length").flatMap(Int.init).map { .length($0) }
    }
}
