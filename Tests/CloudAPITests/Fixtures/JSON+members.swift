import TestSupport
import Testing
import Wire

extension JSON {
    subscript(name: String) -> JSON? {
        if case .object(let members) = self { members[name] } else { nil }
    }

    var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    var number: Int? {
        if case .number(let text) = self { Int(text) } else { nil }
    }

    var members: Set<String> {
        if case .object(let members) = self { Set(members.keys) } else { [] }
    }

    var elements: [JSON] {
        if case .array(let elements) = self { elements } else { [] }
    }
}

extension RawResponse {
    /// The body, parsed as strictly as by the server.
    var json: JSON {
        get throws { try JSONReader.read(body) }
    }

    /// The message of an error; nil unless the body is an error envelope and nothing else.
    var error: String? {
        guard self["Content-Type"] == "application/json", let json = try? json, [["error"], ["code", "error"]].contains(json.members)
        else { return nil }
        return json["error"]?.text
    }

    /// The names of the repositories in a list, in order.
    var names: [String] {
        get throws { try json["objects"]?.elements.compactMap { $0["name"]?.text } ?? [] }
    }
}
