// swift-tools-version: 6.2
// Lighterman is developed for Linux and uses Glibc; other platforms are not supported.
import PackageDescription

/// The settings of every target.
let commonSettings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// The server's asynchronous functions run in the caller's isolation (docs/decisions/0012).
let productSettings = commonSettings + [.enableUpcomingFeature("NonisolatedNonsendingByDefault")]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let grdbSQLite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

/// SwiftPM warns about files in a target that are neither sources nor excluded.
let readme = "README.md"

/// The commit and its date, which `make build` sets in the environment, for the version of the programs.
let stamp = ["LIGHTERMAN_COMMIT", "LIGHTERMAN_COMMIT_DATE"].compactMap { name in
    Context.environment[name].flatMap { $0.isEmpty ? nil : CSetting.define(name, to: $0) }
}

/// The object file with ICU's data, which `make dist` sets in the environment. It must come before Swift's libraries.
let icuData = Context.environment["LIGHTERMAN_ICU_DATA"].map { [LinkerSetting.unsafeFlags([$0])] } ?? []

func module(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: productSettings)
}

func executable(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: productSettings, linkerSettings: icuData)
}

/// An executable for developers of the server.
func tool(_ name: String, _ dependencies: [Target.Dependency], path: String) -> Target {
    .executableTarget(name: name, dependencies: dependencies, path: path, swiftSettings: commonSettings)
}

func support(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: commonSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: commonSettings)
}

let package = Package(
    name: "lighterman",
    products: [
        .executable(name: "lighterman", targets: ["lighterman"]),
        .executable(name: "docker-cloud", targets: ["docker-cloud"]),
        .executable(name: "lighterman-agent", targets: ["lighterman-agent"]),
        .library(name: "DockerCloud", targets: ["DockerCloud"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Values
        .target(name: "BuildStamp", cSettings: stamp),
        module("Naming"),
        module("Domain", ["Naming"]),
        module("Wire", ["Naming"]),
        // Infrastructure
        module("PrometheusMetrics", [coreMetrics]),
        module("Sealing", ["Domain", "Naming", crypto]),
        module("Storage", ["Domain", "Naming"]),
        module("StorageSQLite", ["Domain", "Naming", "Storage", grdb, grdbSQLite]),
        module("RegistryClient", ["Domain", "Naming", asyncHTTPClient, coreMetrics, httpTypes, nioCore, nioHTTP1, nioPosix, nioSSL]),
        // Operations
        module("Operations", ["Domain", "Naming", "RegistryClient", "Sealing", "Storage", coreMetrics]),
        // HTTP interfaces and their support
        module(
            "HTTPSupport",
            [
                "Domain", "Naming", "Operations", "Storage", "Wire", coreMetrics, hummingbird, httpTypes, logging, nioCore, nioHTTP1,
                nioSSL, nioTLS,
            ]),
        module("CloudAPI", ["Domain", "HTTPSupport", "Naming", "Operations", "Wire", hummingbird, httpTypes, logging]),
        module(
            "Gateway",
            [
                "Domain", "HTTPSupport", "Naming", "Operations", "RegistryClient", "Sealing", "Wire", coreMetrics, crypto, hummingbird,
                httpTypes, logging, nioCore,
            ]),
        // Server
        module(
            "Server",
            [
                "BuildStamp", "CloudAPI", "Domain", "Gateway", "HTTPSupport", "PrometheusMetrics", "Naming", "Operations", "RegistryClient",
                "Sealing", "Storage", "StorageSQLite",
                "Wire", argumentParser, asyncHTTPClient, configuration, coreMetrics, crypto, httpTypes, hummingbird, logging, nioCore,
                nioHTTP1, nioPosix, nioSSL, serviceLifecycle, systemPackage,
            ]),
        executable("lighterman", ["Server", argumentParser]),
        // Clients
        module("DockerCloud", ["Naming", "Wire", asyncHTTPClient, logging, nioCore, nioHTTP1, nioPosix, nioSSL], exclude: [readme]),
        module("Commands", ["BuildStamp", "DockerCloud", argumentParser]),
        executable("docker-cloud", ["Commands"]),
        module(
            "Agent",
            [
                "BuildStamp", "DockerCloud", "Naming", "Wire", argumentParser, asyncHTTPClient, crypto, logging, nioCore, nioHTTP1,
                nioPosix, nioSSL,
                serviceLifecycle,
            ]),
        executable("lighterman-agent", ["Agent", argumentParser]),
        // A fuzz target that needs the libraries
        tool("fuzz-exchanges", ["Domain", "Naming", "RegistryClient", httpTypes, nioCore, nioPosix], path: "Fuzz/Exchanges"),
        // The peers of the gateway benchmark
        tool("bench-peers", [asyncHTTPClient, hummingbird, httpTypes, nioCore, nioHTTP1], path: "Bench/Peers"),
        // Test support
        support("FakeCloud", [nioCore, nioHTTP1, nioPosix]),
        support("StorageConformance", ["Domain", "Naming", "Storage", "TestValues"]),
        support("TestValues", []),
        support(
            "TestSupport",
            [
                "CloudAPI", "Domain", "Gateway", "HTTPSupport", "PrometheusMetrics", "Naming", "Operations", "RegistryClient", "Sealing",
                "Storage",
                "StorageSQLite", asyncHTTPClient, crypto, hummingbird, logging, nioCore, nioHTTP1, nioPosix, nioSSL,
            ]),
        // Tests
        tests(
            "AgentTests",
            [
                "Agent", "DockerCloud", "FakeCloud", "Naming", "TestSupport", "Wire", asyncHTTPClient, logging, nioCore, nioHTTP1, nioPosix,
                nioSSL,
            ]),
        tests("ArchitectureTests", ["TestSupport"]),
        tests(
            "CloudAPITests",
            [
                "CloudAPI", "Domain", "HTTPSupport", "Naming", "Operations", "RegistryClient", "Storage", "TestSupport", "TestValues",
                "Wire",
                httpTypes,
            ]),
        tests("CommandsTests", ["Commands", "DockerCloud", "FakeCloud"]),
        tests("DockerCloudTests", ["DockerCloud", "FakeCloud", "Naming", "Wire", asyncHTTPClient, logging, nioCore]),
        tests("DomainTests", ["Domain"]),
        tests(
            "HTTPSupportTests",
            [
                "Domain", "HTTPSupport", "PrometheusMetrics", "Naming", "Operations", "Storage", "TestSupport", httpTypes, nioCore,
                nioEmbedded,
                nioHTTP1, nioSSL,
            ]),
        tests(
            "GatewayTests",
            [
                "Domain", "Gateway", "HTTPSupport", "PrometheusMetrics", "Naming", "Operations", "RegistryClient", "Sealing", "Storage",
                "TestSupport",
                "TestValues",
                asyncHTTPClient, crypto, nioCore, nioHTTP1, nioPosix,
            ]),
        tests("PrometheusMetricsTests", ["PrometheusMetrics", coreMetrics]),
        tests("NamingTests", ["Naming", "TestValues"]),
        tests(
            "OperationsTests",
            [
                "Domain", "PrometheusMetrics", "Naming", "Operations", "RegistryClient", "Sealing", "Storage", "StorageSQLite",
                "TestSupport",
                "TestValues", grdb,
            ]),
        tests(
            "RegistryClientTests",
            ["Domain", "Naming", "RegistryClient", "TestSupport", "TestValues", asyncHTTPClient, httpTypes, nioCore, nioHTTP1, nioPosix]),
        tests("SealingTests", ["Domain", "Sealing"]),
        tests(
            "ServerTests",
            [
                "Domain", "Gateway", "HTTPSupport", "Naming", "Operations", "PrometheusMetrics", "RegistryClient", "Server", "Storage",
                "StorageSQLite", "TestSupport", "Wire", asyncHTTPClient, configuration, grdb, logging, nioCore, nioHTTP1, nioPosix,
                serviceLifecycle, systemPackage,
            ]),
        tests("StorageSQLiteTests", ["Domain", "Naming", "Storage", "StorageConformance", "StorageSQLite", grdb]),
        tests("WireTests", ["Naming", "TestValues", "Wire"]),
    ],
    swiftLanguageModes: [.v6]
)
