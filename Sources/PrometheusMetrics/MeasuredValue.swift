/// A value that is measured when the metrics are rendered, instead of being recorded with each event.
package struct MeasuredValue: Sendable {
    package enum Kind: String, Sendable {
        case counter, gauge
    }

    let series: Series
    let kind: Kind
    let value: Double

    package init(_ name: String, _ labels: [(name: String, value: String)] = [], kind: Kind = .gauge, value: Double) {
        series = Series(name, labels)
        self.kind = kind
        self.value = value
    }
}
