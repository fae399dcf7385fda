import FoundationEssentials
import Wire

/// A value that the server sends as a JSON object.
protocol CloudObject: Sendable {
    init(json: JSON, requestID: String?) throws(DockerCloudError)

    /// The object without members that are secrets and not attributes of the value.
    static func redacted(_ json: JSON) -> JSON
}

extension CloudObject {
    static func redacted(_ json: JSON) -> JSON { json }
}

/// A value together with the object that the server sent, including members that this library does not know.
package struct Received<Value: Sendable>: Sendable {
    package let value: Value
    let object: JSON

    init(_ value: Value, object: JSON) {
        self.value = value
        self.object = object
    }

    /// The object as JSON, with sorted members and unescaped slashes, on one line or indented by `width` spaces per level.
    package func text(indentedBy width: Int? = nil) -> String { object.text(indentedBy: width) }
}

extension Received: CloudObject where Value: CloudObject {
    init(json: JSON, requestID: String?) throws(DockerCloudError) {
        self.init(try Value(json: json, requestID: requestID), object: Value.redacted(json))
    }
}

extension Date {
    /// Parses an attribute of an object.
    ///
    /// - Throws: An error that names the attribute: without it, an expired API key, for example, could be taken for one that never expires.
    init(_ text: String, of attribute: String, requestID: String?) throws(DockerCloudError) {
        guard let date = WireCoding.date(text) else {
            throw .invalidResponse(reason: "\(attribute) is not a date", requestID: requestID)
        }
        self = date
    }

    /// Parses an attribute that may be absent.
    static func optional(_ text: String?, of attribute: String, requestID: String?) throws(DockerCloudError) -> Date? {
        guard let text else { return nil }
        return try Date(text, of: attribute, requestID: requestID)
    }
}

extension JSON {
    /// The JSON text, with sorted members and unescaped slashes, on one line or indented by `width` spaces per level.
    func text(indentedBy width: Int? = nil) -> String {
        var text = ""
        write(to: &text, Layout(width: width, level: 0))
        return text
    }

    /// The typed form of the same object.
    func decoded<Body: Decodable>(as type: Body.Type, what: String, requestID: String?) throws(DockerCloudError) -> Body {
        do {
            return try WireCoding.decode(type, from: Data(text().utf8))
        } catch {
            throw .invalidResponse(reason: "it is not \(what)", requestID: requestID)
        }
    }

    private func write(to text: inout String, _ layout: Layout) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .number(let digits): text += digits
        case .string(let value): text += value.quoted
        case .array(let elements):
            layout.write("[", elements, "]", to: &text) { $0.write(to: &$1, layout.inner) }
        case .object(let members):
            layout.write("{", members.sorted { $0.key < $1.key }, "}", to: &text) {
                $1 += $0.key.quoted + ": "
                $0.value.write(to: &$1, layout.inner)
            }
        }
    }
}

private struct Layout {
    let width: Int?
    let level: Int

    var inner: Layout { Layout(width: width, level: level + 1) }

    func write<Item>(
        _ opening: String, _ items: [Item], _ closing: String, to text: inout String, item: (Item, inout String) -> Void
    ) {
        text += opening
        for (index, element) in items.enumerated() {
            if index > 0 { text += width == nil ? ", " : "," }
            text += inner.lineBreak
            item(element, &text)
        }
        text += (items.isEmpty ? "" : lineBreak) + closing
    }

    private var lineBreak: String {
        width.map { "\n" + String(repeating: " ", count: $0 * level) } ?? ""
    }
}

extension String {
    /// A JSON string. DEL and C1 control characters, which terminals interpret, are escaped in addition to those of RFC 8259.
    fileprivate var quoted: String {
        var text = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{00}"..."\u{1F}", "\u{7F}"..."\u{9F}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
