package import CoreMetrics
import Synchronization

/// Creates counters and timers, and renders their values. It is injected, so that there is no global state. Other kinds of metrics are
/// ignored.
package final class PrometheusFactory: MetricsFactory {
    private let help: [String: String]
    private let counters = Mutex<[Series: CountedNumber]>([:])
    private let histograms = Mutex<[Series: Histogram]>([:])

    /// - Parameter help: the help texts, by the names of the metrics.
    package init(help: [String: String] = [:]) {
        self.help = help
    }

    /// The values of all counters and timers in Prometheus' text format; timers are histograms in seconds.
    ///
    /// - Parameter measured: further values.
    package func exposition(with measured: [MeasuredValue] = []) -> String {
        var values = counters.withLock { $0.mapValues { SeriesValue.count($0.value) } }
        values.merge(histograms.withLock { $0.mapValues { SeriesValue.distribution($0.value) } }) { first, _ in first }
        values.merge(measured.map { ($0.series, SeriesValue.number($0.value, $0.kind)) }) { first, _ in first }
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

    /// - Returns: the same timer for the same name and dimensions, in any order.
    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        let series = Series(label, dimensions)
        return histograms.withLock { histograms in
            if let histogram = histograms[series] { return histogram }
            let histogram = Histogram()
            histograms[series] = histogram
            return histogram
        }
    }

    package func destroyTimer(_ handler: any TimerHandler) {
        histograms.withLock { histograms in histograms = histograms.filter { $0.value !== handler } }
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler { NOOPMetricsHandler.instance }
    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        NOOPMetricsHandler.instance
    }
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
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

/// A timer whose durations are counted in buckets.
private final class Histogram: TimerHandler {
    private let distribution = Mutex(Distribution())

    var value: Distribution { distribution.withLock { $0 } }

    func recordNanoseconds(_ duration: Int64) { distribution.withLock { $0.record(nanoseconds: duration) } }
}
