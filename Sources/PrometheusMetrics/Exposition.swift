/// Prometheus' text format, version 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/).
package enum Exposition {
    package static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    /// What was counted, in the order of the names and labels.
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
