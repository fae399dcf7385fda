import Domain
import FoundationEssentials
import Operations
import PrometheusMetrics

/// The metrics that are measured for each response: numbers of stored objects, the build and the process.
struct ServerMeasurements: Sendable {
    let backend: Backend
    /// The start of the process.
    let started: Date

    private enum Name: String, CaseIterable {
        case repositories = "lighterman_repositories"
        case expiringKeys = "lighterman_apikeys_expiring"
        case build = "lighterman_build_info"
        // https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics
        case cpu = "process_cpu_seconds_total"
        case openDescriptors = "process_open_fds"
        case maximumDescriptors = "process_max_fds"
        case virtualMemory = "process_virtual_memory_bytes"
        case residentMemory = "process_resident_memory_bytes"
        case start = "process_start_time_seconds"

        var help: String {
            switch self {
            case .repositories: "Registered repositories, by state."
            case .expiringKeys: "API keys that expire within this time and were not renewed, counted up to \(StoredCounts.limit)."
            case .build: "The version and the commit of the server; the value is 1."
            case .cpu: "Total user and system CPU time spent in seconds."
            case .openDescriptors: "Number of open file descriptors."
            case .maximumDescriptors: "Maximum number of open file descriptors."
            case .virtualMemory: "Virtual memory size in bytes."
            case .residentMemory: "Resident memory size in bytes."
            case .start: "Start time of the process since unix epoch in seconds."
            }
        }
    }

    static let help = Dictionary(uniqueKeysWithValues: Name.allCases.map { ($0.rawValue, $0.help) })

    /// Values that cannot be measured are missing. Those of the store are while it cannot be read, which `/readyz` shows.
    func values() async -> [MeasuredValue] {
        let build = Self.value(.build, [("version", Version.current), ("commit", Version.commit)], is: 1)
        return await stored() + [build] + process()
    }

    private func stored() async -> [MeasuredValue] {
        guard let counts = try? await backend.storedCounts() else { return [] }
        let repositories = Verification.State.allCases.map { state in
            Self.value(.repositories, [("state", state.rawValue.lowercased())], is: counts.repositories[state] ?? 0)
        }
        let keys = ExpiryHorizon.allCases.map { horizon in
            Self.value(.expiringKeys, [("within", "\(horizon.days)d")], is: counts.expiringKeys[horizon] ?? 0)
        }
        return repositories + keys
    }

    private func process() -> [MeasuredValue] {
        var values = [
            MeasuredValue(Name.start.rawValue, value: started.timeIntervalSince1970),
            Self.value(.maximumDescriptors, is: DescriptorLimit.current()),
        ]
        if let count = ProcessStatistics.openDescriptors() { values.append(Self.value(.openDescriptors, is: count)) }
        if let statistics = ProcessStatistics.current() {
            values += [
                MeasuredValue(Name.cpu.rawValue, kind: .counter, value: statistics.cpuTime),
                Self.value(.virtualMemory, is: statistics.virtualMemory), Self.value(.residentMemory, is: statistics.residentMemory),
            ]
        }
        return values
    }

    private static func value(_ name: Name, _ labels: [(name: String, value: String)] = [], is value: Int) -> MeasuredValue {
        MeasuredValue(name.rawValue, labels, value: Double(value))
    }
}
