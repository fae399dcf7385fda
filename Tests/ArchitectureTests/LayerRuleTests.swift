import Testing

@Suite("How imports are found and judged")
struct LayerRuleTests {
    @Test(
        "Every form of an import is found",
        arguments: [
            ("import Naming", ["Naming"]),
            ("package import Naming", ["Naming"]),
            ("@preconcurrency public import NIOCore", ["NIOCore"]),
            ("@_spi(Testing) import Domain", ["Domain"]),
            ("@testable\nimport Domain", ["Domain"]),
            ("import struct Foundation.URL", ["Foundation"]),
            ("import Foundation.NSURL", ["Foundation"]),
            ("#if canImport(Glibc)\nimport Glibc\n#else\nimport Musl\n#endif", ["Glibc", "Musl"]),
            ("import A; import B", ["A", "B"]),
            ("import _Internals", ["_Internals"]),
            ("// import Naming\n/* import Domain */ let a = \"import Wire\"", []),
            ("\"\"\"\nimport Naming\n\"\"\"", []),
            ("x.import(y); func `import`() {}; f(import: 1)", []),
        ])
    func finds(_ source: String, _ expected: [String]) {
        #expect(SourceFile(target: "A", path: "A.swift", text: source).imports.map(\.module) == expected)
    }

    @Test(
        "A floor allows what it stands on and nothing else",
        arguments: [
            ("Naming", "Naming", true), ("Naming", "FoundationEssentials", false), ("Naming", "Glibc", false), ("Naming", "Domain", false),
            ("Naming", "Foundation", false), ("Domain", "Naming", true), ("Domain", "FoundationEssentials", true),
            ("Domain", "Wire", false),
            ("Domain", "Crypto", false), ("Sealing", "Crypto", true), ("Sealing", "Naming", false), ("Storage", "GRDB", false),
            ("StorageSQLite", "GRDB", true), ("StorageSQLite", "Sealing", false), ("RegistryClient", "NIOSSL", true),
            ("RegistryClient", "Hummingbird", false), ("Operations", "StorageSQLite", false), ("Operations", "NIOCore", false),
            ("CloudAPI", "Storage", false), ("CloudAPI", "NIOCore", false), ("Server", "GRDB", true), ("Server", "StorageSQLite", true),
            ("Server", "DockerCloud", false), ("DockerCloud", "Domain", false), ("Commands", "Wire", false),
            ("Commands", "Lighterman", false), ("docker-cloud", "Commands", true), ("docker-cloud", "docker_cloud", true),
            ("docker-cloud", "Server", false), ("lighterman", "Commands", false), ("Wire", "docker_cloud", false),
        ])
    func allows(_ target: String, _ module: String, _ expected: Bool) throws {
        let layer = try #require(Layers.layers.first { $0.target == target })
        #expect(layer.allows(module) == expected)
    }

    @Test("The manifest's targets are found with the targets that they depend on")
    func manifest() {
        let manifest = Manifest(
            """
            let http = Target.Dependency.product(name: "HTTP", package: "http")
            func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target { .target(name: name) }
            let package = Package(
                products: [.executable(name: "tool", targets: ["tool"]), .library(name: "A", targets: ["A"])],
                targets: [
                    module("A"), // module("Comment")
                    module("B", ["A", http]),
                    executable("tool", ["B"]), .target(name: "C", dependencies: ["A", .product(name: "X", package: "x")]),
                ])
            """)
        #expect(manifest.targets.map(\.name) == ["A", "B", "tool", "C"])
        #expect(manifest.targets.prefix(3).map(\.dependencies) == [[], ["A"], ["B"]])
    }
}
