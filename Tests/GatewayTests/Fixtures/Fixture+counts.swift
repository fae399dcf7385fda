import PrometheusMetrics
import TestSupport

extension Fixture {
    /// What the server has counted under this name, with these labels; nil where it knows none such.
    func count(_ name: String, _ labels: String) -> Int? {
        let series = "\(name){\(labels)} "
        return backend.metrics.exposition().split(separator: "\n").first { $0.hasPrefix(series) }.flatMap {
            Int($0.dropFirst(series.count))
        }
    }

    /// Bytes of manifests and blobs.
    var bytes: [Int?] { ["pull", "push"].map { count("lighterman_gateway_bytes_total", "direction=\"\($0)\"") } }
    var sessions: [Int?] { ["pull", "push"].map { count("lighterman_gateway_sessions_total", "use=\"\($0)\"") } }

    /// What registries did wrong, by the reasons of which there is any.
    var upstreamErrors: [String: Int] {
        let pattern = /lighterman_gateway_upstream_errors_total\{reason="([a-z]+)"\} ([0-9]+)/
        let counts = backend.metrics.exposition().matches(of: pattern).map { (String($0.1), Int($0.2) ?? -1) }
        return Dictionary(uniqueKeysWithValues: counts).filter { $0.value != 0 }
    }
}
