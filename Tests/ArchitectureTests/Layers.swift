/// The imports that a target may have: other targets of this package, and modules of its dependencies.
struct Layer: Sendable {
    let target: String
    let targets: Set<String>
    let modules: Modules

    enum Modules: Sendable {
        case all
        /// These modules; `NIO*` is every module whose name starts with `NIO`.
        case only(Set<String>)
    }

    init(_ target: String, on targets: Set<String> = [], modules: Set<String> = []) {
        self.init(target, on: targets, modules: .only(modules))
    }

    init(_ target: String, on targets: Set<String>, modules: Modules) {
        self.target = target
        self.targets = targets
        self.modules = modules
    }
}

/// The layers, lowest first. A new target needs a row here, after all of its dependencies.
enum Layers {
    static let layers = [
        Layer("Naming"),
        Layer("Domain", on: ["Naming"]),
        Layer("Wire", on: ["Naming"]),
        Layer("PrometheusMetrics", modules: ["CoreMetrics"]),
        Layer("Sealing", on: ["Domain"], modules: ["Crypto"]),
        Layer("Storage", on: ["Domain", "Naming"]),
        Layer("StorageSQLite", on: ["Storage", "Domain", "Naming"], modules: ["GRDB", "GRDBSQLite"]),
        Layer("RegistryClient", on: ["Domain", "Naming"], modules: ["AsyncHTTPClient", "CoreMetrics", "HTTPTypes", "NIO*"]),
        Layer("Operations", on: ["RegistryClient", "Sealing", "Storage", "Domain", "Naming"], modules: ["CoreMetrics", "Logging"]),
        Layer(
            "HTTPSupport", on: ["Operations", "Storage", "Domain", "Naming", "Wire"],
            modules: ["CoreMetrics", "Hummingbird", "HummingbirdCore", "HTTPTypes", "Logging", "NIO*"]),
        Layer(
            "CloudAPI", on: ["HTTPSupport", "Operations", "Domain", "Naming", "Wire"], modules: ["Hummingbird", "HTTPTypes", "Logging"]),
        Layer(
            "Gateway", on: ["HTTPSupport", "Operations", "RegistryClient", "Sealing", "Domain", "Naming", "Wire"],
            modules: ["CoreMetrics", "Crypto", "Hummingbird", "HTTPTypes", "Logging", "NIO*"]),
        // The composition root may import all targets of the server, and none of the clients.
        Layer("Server", on: serverTargets, modules: .all),
        Layer("DockerCloud", on: ["Wire", "Naming"], modules: ["AsyncHTTPClient", "Logging", "NIO*"]),
        Layer("Commands", on: ["DockerCloud"], modules: ["ArgumentParser"]),
        // `main()` is a member from ArgumentParser, visible only with its import.
        Layer("lighterman", on: ["Server"], modules: ["ArgumentParser"]),
        Layer("docker-cloud", on: ["Commands"], modules: ["ArgumentParser"]),
    ]

    private static let serverTargets: Set<String> = [
        "CloudAPI", "Gateway", "HTTPSupport", "PrometheusMetrics", "Operations", "RegistryClient", "Sealing", "Storage", "StorageSQLite",
        "Domain",
        "Wire", "Naming",
    ]

    /// The lowest layer uses only the language: no Foundation, no system library.
    static let lowest: Set<String> = ["Naming"]

    /// Modules of the toolchain; every target above the lowest layer may import them.
    static let toolchain: Set<String> = ["FoundationEssentials", "Synchronization", "Dispatch", "Glibc", "Musl", "Darwin"]

    /// The large parts of Foundation, which include ICU and networking and are not needed here.
    static let fullFoundation: Set<String> = [
        "Foundation", "FoundationInternationalization", "FoundationNetworking", "FoundationXML",
    ]

    /// Files that import full Foundation (`Target/Path.swift`), each with the reason.
    static let fullFoundationReasons: [String: String] = [:]
}

extension Layer {
    func allows(_ module: String) -> Bool {
        if Layers.fullFoundation.contains(module) { return !Layers.lowest.contains(target) }
        if Layers.toolchain.contains(module) { return !Layers.lowest.contains(target) }
        if Layers.layers.contains(where: { $0.module == module }) {
            return module == self.module || targets.contains(module)
        }
        return switch modules {
        case .all: true
        case .only(let names): names.contains(module) || names.contains { $0.last == "*" && module.hasPrefix($0.dropLast()) }
        }
    }

    /// The module name of the target.
    var module: String { target.replacing("-", with: "_") }
}
