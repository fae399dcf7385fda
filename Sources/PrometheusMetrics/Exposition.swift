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
