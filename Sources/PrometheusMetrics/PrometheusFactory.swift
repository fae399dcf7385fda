package import CoreMetrics
import Synchronization

/// Creates counters and timers, and renders their values. It is injected, so that there is no global state. Other kinds of metrics are
/// ignored.
package final class PrometheusFactory: MetricsFactory {
    private let help: [String: String]
    private let counters = Instruments(CountedNumber.init)
    private let histograms = Instruments(Histogram.init)

    /// - Parameter help: the help texts, by the names of the metrics.
    package init(help: [String: String] = [:]) {
        self.help = help
    }

    /// The values of all counters and timers in Prometheus' text format; timers are histograms in seconds.
    ///
    /// - Parameter measured: further values.
    package func exposition(with measured: [MeasuredValue] = []) -> String {
        var values = counters.all.mapValues { SeriesValue.count($0.value) }
        values.merge(histograms.all.mapValues { SeriesValue.distribution($0.value) }) { first, _ in first }
        values.merge(measured.map { ($0.series, SeriesValue.number($0.value, $0.kind)) }) { first, _ in first }
        return Exposition.text(of: values, help: help)
    }

    /// - Returns: the same counter for the same name and dimensions, in any order.
    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        counters.instrument(for: Series(label, dimensions))
    }

    package func destroyCounter(_ handler: any CounterHandler) {
        counters.remove(handler)
    }

    /// - Returns: the same timer for the same name and dimensions, in any order.
    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histograms.instrument(for: Series(label, dimensions))
    }

    package func destroyTimer(_ handler: any TimerHandler) {
        histograms.remove(handler)
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler { NOOPMetricsHandler.instance }
    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        NOOPMetricsHandler.instance
    }
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
}

/// The instruments of one kind, by their series.
private final class Instruments<Instrument: AnyObject & Sendable>: Sendable {
    private let instruments = Mutex<[Series: Instrument]>([:])
    private let make: @Sendable () -> Instrument

    init(_ make: @escaping @Sendable () -> Instrument) {
        self.make = make
    }

    var all: [Series: Instrument] { instruments.withLock { $0 } }

    /// The instrument of a series. It is created at its first use.
    func instrument(for series: Series) -> Instrument {
        instruments.withLock { instruments in
            if let instrument = instruments[series] { return instrument }
            let instrument = make()
            instruments[series] = instrument
            return instrument
        }
    }

    func remove(_ handler: AnyObject) {
        instruments.withLock { instruments in instruments = instruments.filter { $0.value !== handler } }
    }
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
