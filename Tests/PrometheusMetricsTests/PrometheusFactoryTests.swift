import CoreMetrics
import PrometheusMetrics
import Testing

@Suite("Prometheus counters")
struct PrometheusFactoryTests {
    @Test("Concurrent increments all count, with one counter and with several of the same name") func concurrent() async {
        let factory = PrometheusFactory()
        let shared = Counter(label: "a_total", dimensions: [("x", "1"), ("y", "2")], factory: factory)
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    let own = Counter(label: "a_total", dimensions: [("y", "2"), ("x", "1")], factory: factory)
                    for _ in 0..<200_000 { (task.isMultiple(of: 2) ? shared : own).increment(by: 3) }
                }
            }
        }
        #expect(factory.exposition() == "# TYPE a_total counter\na_total{x=\"1\",y=\"2\"} 4800000\n")
    }

    @Test("A counter never decreases, and a destroyed counter is removed") func neverDown() {
        let factory = PrometheusFactory()
        let counter = Counter(label: "a_total", factory: factory)
        let other = Counter(label: "b_total", factory: factory)
        counter.increment(by: 5)
        counter.increment(by: -2)
        #expect(factory.exposition().contains("a_total 5\n"))
        counter.destroy()
        other.increment()
        #expect(factory.exposition() == "# TYPE b_total counter\nb_total 1\n")
    }

    @Test("Concurrent durations are all counted, with one timer and with several of the same name, and a destroyed timer is removed")
    func timers() async {
        let factory = PrometheusFactory()
        let shared = Timer(label: "a_seconds", dimensions: [("x", "1"), ("y", "2")], factory: factory)
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    let own = Timer(label: "a_seconds", dimensions: [("y", "2"), ("x", "1")], factory: factory)
                    for _ in 0..<10_000 { (task.isMultiple(of: 2) ? shared : own).recordMilliseconds(250) }
                }
            }
        }
        let lines = factory.exposition().split(separator: "\n")
        #expect(lines.first == "# TYPE a_seconds histogram")
        for line in [
            #"_bucket{x="1",y="2",le="0.1"} 0"#, #"_bucket{x="1",y="2",le="0.25"} 80000"#, #"_bucket{x="1",y="2",le="+Inf"} 80000"#,
            #"_sum{x="1",y="2"} 20000"#, #"_count{x="1",y="2"} 80000"#,
        ] {
            #expect(lines.contains("a_seconds\(line)"), "\(line)")
        }
        shared.destroy()
        #expect(factory.exposition().isEmpty)
    }

    @Test("Other kinds of metrics are accepted and ignored") func others() {
        let factory = PrometheusFactory()
        let recorder = Recorder(label: "recorder", factory: factory)
        recorder.record(1.5)
        recorder.destroy()
        let gauge = Gauge(label: "gauge", factory: factory)
        gauge.record(-1)
        gauge.destroy()
        let meter = Meter(label: "meter", factory: factory)
        meter.increment(by: 2)
        meter.destroy()
        #expect(factory.exposition().isEmpty)
        let fractions = FloatingPointCounter(label: "fractions_total", factory: factory)
        for _ in 0..<4 { fractions.increment(by: 0.5) }
        #expect(factory.exposition() == "# TYPE fractions_total counter\nfractions_total 2\n")
        fractions.destroy()
        #expect(factory.exposition().isEmpty)
    }
}
