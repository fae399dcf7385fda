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
