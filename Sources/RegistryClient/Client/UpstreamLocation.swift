import Naming

/// Path and query of a location that a registry named: an upload in progress, or the next page of a list
/// (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#endpoints, end-4a and end-8b).
package struct UpstreamLocation: Hashable, Sendable {
    /// Begins with one slash.
    package let text: String

    /// Restores a location from its ``text``.
    package init?(stored text: String) {
        guard text.hasPrefix("/"), !text.hasPrefix("//"), let url = try? RegistryURL(resolving: text, against: Self.base),
            url.target == text
        else { return nil }
        self.text = text
    }

    init(_ url: RegistryURL) {
        text = url.target
    }

    /// - Parameter query: already percent-encoded.
    package func adding(query: String) -> UpstreamLocation {
        UpstreamLocation(text: "\(text)\(text.utf8.contains(UInt8(ascii: "?")) ? "&" : "?")\(query)")
    }

    private init(text: String) {
        self.text = text
    }

    private static let base = RegistryURL(isTLS: true, authority: .dockerHub, path: "/", query: nil)
}

/// The links of `Link` fields (https://www.rfc-editor.org/rfc/rfc8288#section-3).
struct LinkField: Hashable, Sendable {
    let target: String
    /// Relation types in lower case.
    let relations: Set<String>

    /// All links of all fields. The rest of a field that cannot be parsed is ignored; `isComplete` is false then, and for a link without a
    /// relation.
    static func parse(_ fields: [String]) -> (links: [LinkField], isComplete: Bool) {
        var (links, isComplete): ([LinkField], Bool) = ([], true)
        for field in fields {
            var rest = Substring(field).utf8
            while let link = next(in: &rest) { links.append(link) }
            isComplete = isComplete && rest.isEmpty
        }
        return (links, isComplete && links.allSatisfy { !$0.relations.isEmpty })
    }

    private static func next(in rest: inout Substring.UTF8View) -> LinkField? {
        skip(" \t,", in: &rest)
        guard rest.first == UInt8(ascii: "<"), let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return nil }
        let target = String(Substring(rest[rest.index(after: rest.startIndex)..<end]))
        rest = rest[rest.index(after: end)...]
        var relations: Set<String>?
        while let (name, value) = parameter(in: &rest) {
            // Later ones are ignored (section 3.3).
            if name == "rel", relations == nil { relations = Set(value.lowercased().split(separator: " ").map(String.init)) }
        }
        return LinkField(target: target, relations: relations ?? [])
    }

    /// nil for the end of a link, and for what is no parameter.
    private static func parameter(in rest: inout Substring.UTF8View) -> (name: String, value: String)? {
        skip(" \t", in: &rest)
        let before = rest
        guard rest.first == UInt8(ascii: ";") else { return nil }
        rest.removeFirst()
        skip(" \t", in: &rest)
        let name = take(in: &rest) { !" \t=;,".utf8.contains($0) }
        guard !name.utf8.contains(where: { "<>\"".utf8.contains($0) }) else {
            rest = before
            return nil
        }
        skip(" \t", in: &rest)
        guard rest.first == UInt8(ascii: "=") else { return (name.lowercased(), "") }
        rest.removeFirst()
        skip(" \t", in: &rest)
        guard rest.first == UInt8(ascii: "\"") else { return (name.lowercased(), take(in: &rest) { !" \t;,".utf8.contains($0) }) }
        guard let value = quoted(in: &rest) else {
            rest = before
            return nil
        }
        return (name.lowercased(), value)
    }

    /// nil if the quotation mark at its end is missing.
    private static func quoted(in rest: inout Substring.UTF8View) -> String? {
        rest.removeFirst()
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: bytes, as: UTF8.self)
            case UInt8(ascii: "\\"): if let escaped = rest.popFirst() { bytes.append(escaped) }
            default: bytes.append(byte)
            }
        }
        return nil
    }

    private static func take(in rest: inout Substring.UTF8View, while condition: (UInt8) -> Bool) -> String {
        let taken = rest.prefix(while: condition)
        rest = rest[taken.endIndex...]
        return String(Substring(taken))
    }

    private static func skip(_ characters: String, in rest: inout Substring.UTF8View) {
        _ = take(in: &rest) { characters.utf8.contains($0) }
    }
}
