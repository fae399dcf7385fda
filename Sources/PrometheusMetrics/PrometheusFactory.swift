package import CoreMetrics
import Synchronization

/// Creates counters and renders their values. It is injected, so that there is no global state. Other kinds of metrics are ignored.
package final class PrometheusFactory: MetricsFactory {
    private let help: [String: String]
    private let counters = Mutex<[Series: CountedNumber]>([:])

    /// - Parameter help: the help texts, by the names of the counters.
    package init(help: [String: String] = [:]) {
        self.help = help
    }

    /// The values of all counters in Prometheus' text format.
    package func exposition() -> String {
        let values = counters.withLock { $0.mapValues(\.value) }
        return Exposition.text(of: values, help: help)
    }

    /// - Returns: the same counter for the same name and dimensions, in any order.
    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        let series = Series(label, dimensions)
        return counters.withLock { counters in
            if let counter = counters[series] { return counter }
            let counter = CountedNumber()
            counters[series] = counter
            return counter
        }
    }

    package func destroyCounter(_ handler: any CounterHandler) {
        counters.withLock { counters in counters = counters.filter { $0.value !== handler } }
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler { NOOPMetricsHandler.instance }
    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        NOOPMetricsHandler.instance
    }
    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { NOOPMetricsHandler.instance }
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}
}

/// A monotonic counter without locks.
private final class CountedNumber: CounterHandler {
    private let number = Atomic<Int64>(0)

    var value: Int64 { number.load(ordering: .relaxed) }

    func increment(by amount: Int64) {
        guard amount > 0 else { return }
        number.wrappingAdd(amount, ordering: .relaxed)
    }

    func reset() { number.store(0, ordering: .relaxed) }
}
