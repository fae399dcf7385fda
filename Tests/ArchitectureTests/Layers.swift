/// What a target may import: other targets of this package, and modules of its dependencies.
struct Layer: Sendable {
    let target: String
    let targets: Set<String>
    let modules: Modules

    enum Modules: Sendable {
        case all
        /// These ones; `NIO*` is every module whose name begins with `NIO`.
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

/// The house from the ground up. A new target gets a row here, above everything that it stands on.
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
        // The composition root puts everything together that the server consists of, and nothing of the clients.
        Layer("Server", on: everythingOfTheServer, modules: .all),
        Layer("DockerCloud", on: ["Wire", "Naming"], modules: ["AsyncHTTPClient", "NIO*"]),
        Layer("Commands", on: ["DockerCloud"], modules: ["ArgumentParser"]),
        // `main()` is a member of ArgumentParser's, visible only where that is imported.
        Layer("lighterman", on: ["Server"], modules: ["ArgumentParser"]),
        Layer("docker-cloud", on: ["Commands"], modules: ["ArgumentParser"]),
    ]

    private static let everythingOfTheServer: Set<String> = [
        "CloudAPI", "Gateway", "HTTPSupport", "PrometheusMetrics", "Operations", "RegistryClient", "Sealing", "Storage", "StorageSQLite",
        "Domain",
        "Wire", "Naming",
    ]

    /// The ground stands on the language alone: no Foundation, no system library.
    static let ground: Set<String> = ["Naming"]

    /// Modules that come with the toolchain; every target but the ground may import them.
    static let toolchain: Set<String> = ["FoundationEssentials", "Synchronization", "Dispatch", "Glibc", "Musl", "Darwin"]

    /// The large parts of Foundation: they bring ICU and networking along, which nothing here needs.
    static let fullFoundation: Set<String> = [
        "Foundation", "FoundationInternationalization", "FoundationNetworking", "FoundationXML",
    ]

    /// Files that import full Foundation all the same (`Target/Path.swift`), each with the reason.
    static let fullFoundationReasons: [String: String] = [:]
}

extension Layer {
    func allows(_ module: String) -> Bool {
        if Layers.fullFoundation.contains(module) { return !Layers.ground.contains(target) }
        if Layers.toolchain.contains(module) { return !Layers.ground.contains(target) }
        if Layers.layers.contains(where: { $0.module == module }) {
            return module == self.module || targets.contains(module)
        }
        return switch modules {
        case .all: true
        case .only(let names): names.contains(module) || names.contains { $0.last == "*" && module.hasPrefix($0.dropLast()) }
        }
    }

    /// The name that the target has in an import.
    var module: String { target.replacing("-", with: "_") }
}
