/// What a target may import: other targets of this package, and modules of its dependencies.
struct Floor: Sendable {
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
enum House {
    static let floors = [
        Floor("Naming"),
        Floor("Domain", on: ["Naming"]),
        Floor("Wire", on: ["Naming"]),
        Floor("Metering", modules: ["CoreMetrics"]),
        Floor("Sealing", on: ["Domain"], modules: ["Crypto"]),
        Floor("Storage", on: ["Domain", "Naming"]),
        Floor("StorageSQLite", on: ["Storage", "Domain", "Naming"], modules: ["GRDB", "GRDBSQLite"]),
        Floor("RegistryClient", on: ["Domain", "Naming"], modules: ["AsyncHTTPClient", "CoreMetrics", "HTTPTypes", "NIO*"]),
        Floor("Operations", on: ["RegistryClient", "Sealing", "Storage", "Domain", "Naming"], modules: ["CoreMetrics", "Logging"]),
        Floor(
            "HTTPSupport", on: ["Operations", "Storage", "Domain", "Naming", "Wire"],
            modules: ["CoreMetrics", "Hummingbird", "HummingbirdCore", "HTTPTypes", "Logging", "NIO*"]),
        Floor(
            "CloudAPI", on: ["HTTPSupport", "Operations", "Domain", "Naming", "Wire"], modules: ["Hummingbird", "HTTPTypes", "Logging"]),
        Floor(
            "Gateway", on: ["HTTPSupport", "Operations", "RegistryClient", "Sealing", "Domain", "Naming", "Wire"],
            modules: ["CoreMetrics", "Crypto", "Hummingbird", "HTTPTypes", "Logging", "NIO*"]),
        // The composition root puts everything together that the server consists of, and nothing of the clients.
        Floor("Server", on: everythingOfTheServer, modules: .all),
        Floor("DockerCloud", on: ["Wire", "Naming"], modules: ["AsyncHTTPClient", "NIO*"]),
        Floor("Commands", on: ["DockerCloud"], modules: ["ArgumentParser"]),
        // `main()` is a member of ArgumentParser's, visible only where that is imported.
        Floor("lighterman", on: ["Server"], modules: ["ArgumentParser"]),
        Floor("docker-cloud", on: ["Commands"], modules: ["ArgumentParser"]),
    ]

    private static let everythingOfTheServer: Set<String> = [
        "CloudAPI", "Gateway", "HTTPSupport", "Metering", "Operations", "RegistryClient", "Sealing", "Storage", "StorageSQLite", "Domain",
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

extension Floor {
    func allows(_ module: String) -> Bool {
        if House.fullFoundation.contains(module) { return !House.ground.contains(target) }
        if House.toolchain.contains(module) { return !House.ground.contains(target) }
        if House.floors.contains(where: { $0.module == module }) {
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
