import Testing

/// The manifest lists the targets by layers, the lowest first. The compiler checks that a target imports only modules of its dependencies
/// (`--explicit-target-dependency-import-check`, in the Makefile).
@Suite("The layers of the targets")
struct LayerTests {
    @Test("Each target depends only on targets that the manifest lists before it")
    func order() async throws {
        let targets = try await SourceTree.manifest().targets.filter { $0.path == nil && ["regular", "executable"].contains($0.type) }
        #expect(targets.count > 15)
        let names = Set(targets.map(\.name))
        var lower: Set<String> = []
        for target in targets {
            let dependencies = Set(target.dependencies.compactMap(\.target)).intersection(names)
            #expect(dependencies.isSubset(of: lower), "\(target.name) depends on \(dependencies.subtracting(lower).sorted())")
            lower.insert(target.name)
        }
    }

    @Test("No target imports full Foundation, and the names import nothing")
    func foundation() throws {
        for file in try SourceTree.files() {
            let lines = file.lines(matching: /^(\w+ )*import (\w+ )?Foundation(Networking|XML|Internationalization)?(\.|$)/)
            #expect(lines.isEmpty, "\(file.name):\(lines) imports full Foundation; FoundationEssentials is enough")
        }
        for file in try SourceTree.files(of: "Naming") {
            #expect(file.lines(matching: #/^(\w+ )*import /#).isEmpty, "\(file.name)")
        }
    }

    @Test(
        "Sources keep the rules that the formatter does not check",
        arguments: [
            ("@testable", #"@testable"#, []), ("fatalError", #"\bfatalError\("#, []),
            ("print", #"(^|[^\w.])(debugPrint|print)\("#, ["Commands", "Server"]),
            ("public declarations", #"^\s*(@\w+ )*(public|open) "#, ["DockerCloud"]),
        ])
    func rules(_ rule: String, _ pattern: String, _ exempt: [String]) throws {
        let regex = try Regex(pattern)
        for file in try SourceTree.files() where !exempt.contains(file.target) {
            #expect(file.lines(matching: regex).isEmpty, "\(file.name):\(file.lines(matching: regex)): \(rule)")
        }
    }

    @Test("The executables only start a library: 40 lines at most", arguments: ["lighterman", "docker-cloud", "lighterman-agent"])
    func executables(_ target: String) throws {
        let lines = try SourceTree.files(of: target).map(\.lineCount).reduce(0, +)
        #expect((1...40).contains(lines))
    }
}
