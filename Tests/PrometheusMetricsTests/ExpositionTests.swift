import CoreMetrics
import PrometheusMetrics
import Testing

@Suite("The Prometheus text format")
struct ExpositionTests {
    @Test("Families and series are sorted, each family has its help and type, and unused counters are 0")
    func format() {
        let factory = PrometheusFactory(help: ["b_total": "What b is.", "unused_total": "Nothing."])
        for direction in ["push", "pull"] {
            Counter(label: "b_total", dimensions: [("direction", direction)], factory: factory).increment(by: direction == "push" ? 7 : 0)
        }
        Counter(label: "a_total", factory: factory).increment()
        Counter(label: "b_total_more", factory: factory).increment(by: Int64.max)
        let expected = """
            # TYPE a_total counter
            a_total 1
            # HELP b_total What b is.
            # TYPE b_total counter
            b_total{direction="pull"} 0
            b_total{direction="push"} 7
            # TYPE b_total_more counter
            b_total_more 9223372036854775807

            """
        #expect(factory.exposition() == expected)
    }

    @Test("A timer is a histogram in seconds, with cumulative buckets that include their bounds") func histogram() {
        let factory = PrometheusFactory(help: ["a_seconds": "What takes long."])
        let timer = Timer(label: "a_seconds", factory: factory)
        for nanoseconds in [-1, 0, 1_000_000, 1_000_001, 300_000_000_000, 300_000_000_001] as [Int64] {
            timer.recordNanoseconds(nanoseconds)
        }
        let bounds = ["0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "30", "60"]
        let expected =
            ["# HELP a_seconds What takes long.", "# TYPE a_seconds histogram", #"a_seconds_bucket{le="0.001"} 3"#]
            + bounds.map { #"a_seconds_bucket{le="\#($0)"} 4"# }
            + [
                #"a_seconds_bucket{le="300"} 5"#, #"a_seconds_bucket{le="+Inf"} 6"#, "a_seconds_sum 600.002000002", "a_seconds_count 6",
            ]
        #expect(factory.exposition().split(separator: "\n").map(String.init) == expected)
    }

    @Test("Measured values are gauges or counters among the others, with whole numbers without a fraction") func measured() {
        let factory = PrometheusFactory(help: ["b": "What b is."])
        Counter(label: "c_total", factory: factory).increment()
        let values = [
            MeasuredValue("b", [("state", "new")], value: 3), MeasuredValue("b", [("state", "a\"b")], value: 0.25),
            MeasuredValue("a_total", kind: .counter, value: 1.5), MeasuredValue("d", value: 4_294_967_296),
        ]
        let expected = #"""
            # TYPE a_total counter
            a_total 1.5
            # HELP b What b is.
            # TYPE b gauge
            b{state="a\"b"} 0.25
            b{state="new"} 3
            # TYPE c_total counter
            c_total 1
            # TYPE d gauge
            d 4294967296

            """#
        #expect(factory.exposition(with: values) == expected)
    }

    @Test("The output is empty without counters") func empty() {
        #expect(PrometheusFactory(help: ["a_total": "What a is."]).exposition().isEmpty)
    }

    @Test(
        "Quotes and line breaks in label values are escaped",
        arguments: [
            (#"a"b"#, #"a\"b"#), (#"a\b"#, #"a\\b"#), ("a\nb", #"a\nb"#), (#"\n"#, #"\\n"#), ("a\r\nb", "a\r\\nb"),
            ("Schlüssel", "Schlüssel"),
            ("} 1", "} 1"), ("", ""),
        ])
    func labelValues(_ value: String, _ written: String) {
        let factory = PrometheusFactory()
        Counter(label: "a_total", dimensions: [("of", value)], factory: factory).increment()
        #expect(factory.exposition().unicodeScalars.elementsEqual("# TYPE a_total counter\na_total{of=\"\(written)\"} 1\n".unicodeScalars))
    }

    @Test("Line breaks in help texts are escaped, quotes are not") func help() {
        let factory = PrometheusFactory(help: ["a_total": "A \"line\",\nand \\another."])
        _ = Counter(label: "a_total", factory: factory)
        #expect(factory.exposition() == "# HELP a_total A \"line\",\\nand \\\\another.\n# TYPE a_total counter\na_total 0\n")
    }

    @Test(
        "Names are converted to valid Prometheus names",
        arguments: [
            ("http.server.errors", "http_server_errors"), ("1st", "_1st"), ("a:b", "a:b"), ("größe", "gr__e"), ("", "_"),
            ("a\nb 1", "a_b_1"),
        ])
    func names(_ name: String, _ written: String) {
        let factory = PrometheusFactory()
        _ = Counter(label: name, dimensions: [(name, "x")], factory: factory)
        let label = written.replacing(":", with: "_")
        #expect(factory.exposition() == "# TYPE \(written) counter\n\(written){\(label)=\"x\"} 0\n")
    }
}
