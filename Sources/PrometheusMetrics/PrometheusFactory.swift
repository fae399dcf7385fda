package import CoreMetrics
import Synchronization

/// Makes counters, and tells what they have counted. It is handed to those who count, so that nothing of it is global; what else may be
/// made with it is taken and forgotten.
package final class PrometheusFactory: MetricsFactory {
    private let help: [String: String]
    private let counters = Mutex<[Series: CountedNumber]>([:])

    /// - Parameter help: what is counted, in a sentence, by the names of the counters.
    package init(help: [String: String] = [:]) {
        self.help = help
    }

    /// Everything that was counted, in Prometheus' text format.
    package func exposition() -> String {
        let values = counters.withLock { $0.mapValues(\.value) }
        return Exposition.text(of: values, help: help)
    }

    /// - Returns: the same for the same name and dimensions, in whatever order.
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

/// A number that goes up. Counting takes no lock.
private final class CountedNumber: CounterHandler {
    private let number = Atomic<Int64>(0)

    var value: Int64 { number.load(ordering: .relaxed) }

    func increment(by amount: Int64) {
        guard amount > 0 else { return }
        number.wrappingAdd(amount, ordering: .relaxed)
    }

    func reset() { number.store(0, ordering: .relaxed) }
}
