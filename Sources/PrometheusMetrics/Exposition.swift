/// Prometheus' text format, version 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/).
package enum Exposition {
    package static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    /// All series, ordered by name and labels.
    static func text(of values: [Series: SeriesValue], help: [String: String]) -> String {
        var text = ""
        for (name, family) in Dictionary(grouping: values, by: \.key.name).sorted(by: { $0.key < $1.key }) {
            if let sentence = help[name] { text += "# HELP \(name) \(escaped(sentence))\n" }
            text += "# TYPE \(name) \(family[0].value.kind)\n"
            text += family.map { lines(of: $0.key, $0.value) }.sorted().joined()
        }
        return text
    }

    private static func lines(of series: Series, _ value: SeriesValue) -> String {
        let (name, own) = (series.name, series.labels)
        switch value {
        case .count(let count): return "\(name)\(labels(own)) \(count)\n"
        case .number(let number, _): return "\(name)\(labels(own)) \(text(of: number))\n"
        case .distribution(let distribution):
            let buckets = distribution.cumulative.map { bound, count in
                "\(name)_bucket\(labels(own + [Series.Label(name: "le", value: bound)])) \(count)\n"
            }
            return buckets.joined() + "\(name)_sum\(labels(own)) \(text(of: distribution.seconds))\n"
                + "\(name)_count\(labels(own)) \(distribution.count)\n"
        }
    }

    private static func labels(_ labels: [Series.Label]) -> String {
        guard !labels.isEmpty else { return "" }
        return "{" + labels.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }.joined(separator: ",") + "}"
    }

    private static func text(of number: Double) -> String { Int64(exactly: number).map { "\($0)" } ?? "\(number)" }

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

/// The value of a series.
enum SeriesValue: Sendable {
    case count(Int64)
    case number(Double, MeasuredValue.Kind)
    case distribution(Distribution)

    /// The type of the metric in Prometheus' terms.
    var kind: String {
        switch self {
        case .count: "counter"
        case .number(_, let kind): kind.rawValue
        case .distribution: "histogram"
        }
    }
}
