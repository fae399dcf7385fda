import Testing

@Suite("The layers of the targets")
struct LayerTests {
    @Test("A layer depends only on lower layers")
    func layersAreOrdered() {
        var lower: Set<String> = []
        for layer in Layers.layers {
            #expect(layer.targets.isSubset(of: lower), "\(layer.target) depends on \(layer.targets.subtracting(lower).sorted())")
            lower.insert(layer.target)
        }
        #expect(lower.count == Layers.layers.count)
    }

    @Test("Every target has a layer and every layer a target")
    func everyTargetHasALayer() throws {
        let layers = Set(Layers.layers.map(\.target))
        #expect(try Set(SourceTree.targets()) == layers)
        let targets = try SourceTree.manifest().targets
        #expect(Set(targets.map(\.name)) == layers)
        #expect(targets.count == layers.count)
    }

    @Test("A target's dependencies in the manifest are those of its layer", arguments: Layers.layers)
    func manifest(_ layer: Layer) throws {
        let target = try #require(try SourceTree.manifest().targets.first { $0.name == layer.target })
        #expect(target.dependencies.isSubset(of: layer.targets), "\(target.dependencies.subtracting(layer.targets).sorted())")
    }

    @Test("A target imports only modules that its layer allows", arguments: Layers.layers)
    func imports(_ layer: Layer) throws {
        for file in try SourceTree.files(of: layer.target) {
            for (module, line) in file.imports {
                #expect(layer.allows(module), "\(file.name):\(line) imports \(module)")
            }
        }
    }

    @Test("Full Foundation is imported only in files with a reason, and every reason is still needed")
    func fullFoundation() throws {
        let files = try SourceTree.allFiles().filter { $0.imports.contains { Layers.fullFoundation.contains($0.module) } }
        #expect(Set(files.map(\.name)) == Set(Layers.fullFoundationReasons.keys))
    }
}

extension Layer: CustomTestStringConvertible {
    var testDescription: String { target }
}

@Suite("The layer rule")
struct LayerRuleTests {
    @Test(
        "All forms of import declarations are found",
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
        "A layer allows only the imports in its row",
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

    @Test("The manifest's targets are found with their target dependencies")
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
