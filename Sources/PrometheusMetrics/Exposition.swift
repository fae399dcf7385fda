/// Prometheus' text format, version 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/).
package enum Exposition {
    package static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    /// The values of all counters, ordered by name and labels.
    static func text(of counters: [Series: Int64], help: [String: String]) -> String {
        var text = ""
        for (name, family) in Dictionary(grouping: counters, by: \.key.name).sorted(by: { $0.key < $1.key }) {
            if let sentence = help[name] { text += "# HELP \(name) \(escaped(sentence))\n" }
            text += "# TYPE \(name) counter\n"
            text += family.map { "\(name)\(labels(of: $0.key)) \($0.value)\n" }.sorted().joined()
        }
        return text
    }

    private static func labels(of series: Series) -> String {
        guard !series.labels.isEmpty else { return "" }
        return "{" + series.labels.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }.joined(separator: ",") + "}"
    }

    private static func escaped(_ text: String, quotes: Bool = false) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

/// A time series: a name, and labels with their values.
struct Series: Hashable, Sendable {
    struct Label: Hashable, Sendable {
        let name: String
        let value: String
    }

    let name: String
    /// Ordered by name; names are unique.
    let labels: [Label]

    /// Converts names to valid Prometheus names (https://prometheus.io/docs/concepts/data_model/); values may be any text.
    init(_ name: String, _ labels: [(name: String, value: String)] = []) {
        self.name = Self.name(name, allowing: [":"])
        let values = Dictionary(labels.map { (Self.name($0.name), $0.value) }) { first, _ in first }
        self.labels = values.map { Label(name: $0.key, value: $0.value) }.sorted { $0.name < $1.name }
    }

    private static func name(_ text: String, allowing others: Set<Unicode.Scalar> = []) -> String {
        var name = ""
        for scalar in text.unicodeScalars {
            let isDigit = ("0"..."9").contains(scalar)
            if isDigit, name.isEmpty { name = "_" }
            let isLetter = ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
            name.unicodeScalars.append(isLetter || isDigit || others.contains(scalar) ? scalar : "_")
        }
        return name.isEmpty ? "_" : name
    }
}
