import Testing

@Suite("Imports point downwards")
struct LayerTests {
    @Test("A floor stands on lower floors only")
    func floorsAreOrdered() {
        var lower: Set<String> = []
        for layer in Layers.layers {
            #expect(layer.targets.isSubset(of: lower), "\(layer.target) stands on \(layer.targets.subtracting(lower).sorted())")
            lower.insert(layer.target)
        }
        #expect(lower.count == Layers.layers.count)
    }

    @Test("Every target has a floor and every floor a target")
    func everyTargetHasAFloor() throws {
        let layers = Set(Layers.layers.map(\.target))
        #expect(try Set(SourceTree.targets()) == layers)
        let targets = try SourceTree.manifest().targets
        #expect(Set(targets.map(\.name)) == layers)
        #expect(targets.count == layers.count)
    }

    @Test("The manifest gives a target nothing that its floor does not stand on", arguments: Layers.layers)
    func manifest(_ layer: Layer) throws {
        let target = try #require(try SourceTree.manifest().targets.first { $0.name == layer.target })
        #expect(target.dependencies.isSubset(of: layer.targets), "\(target.dependencies.subtracting(layer.targets).sorted())")
    }

    @Test("A target imports only what its floor allows", arguments: Layers.layers)
    func imports(_ layer: Layer) throws {
        for file in try SourceTree.files(of: layer.target) {
            for (module, line) in file.imports {
                #expect(layer.allows(module), "\(file.name):\(line) imports \(module)")
            }
        }
    }

    @Test("Full Foundation is imported only where a reason is given, and every reason is still needed")
    func fullFoundation() throws {
        let files = try SourceTree.allFiles().filter { $0.imports.contains { Layers.fullFoundation.contains($0.module) } }
        #expect(Set(files.map(\.name)) == Set(Layers.fullFoundationReasons.keys))
    }
}

extension Layer: CustomTestStringConvertible {
    var testDescription: String { target }
}
