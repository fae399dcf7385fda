import Testing

@Suite("Imports point downwards")
struct FloorTests {
    @Test("A floor stands on lower floors only")
    func floorsAreOrdered() {
        var lower: Set<String> = []
        for floor in House.floors {
            #expect(floor.targets.isSubset(of: lower), "\(floor.target) stands on \(floor.targets.subtracting(lower).sorted())")
            lower.insert(floor.target)
        }
        #expect(lower.count == House.floors.count)
    }

    @Test("Every target has a floor and every floor a target")
    func everyTargetHasAFloor() throws {
        let floors = Set(House.floors.map(\.target))
        #expect(try Set(SourceTree.targets()) == floors)
        let targets = try SourceTree.manifest().targets
        #expect(Set(targets.map(\.name)) == floors)
        #expect(targets.count == floors.count)
    }

    @Test("The manifest gives a target nothing that its floor does not stand on", arguments: House.floors)
    func manifest(_ floor: Floor) throws {
        let target = try #require(try SourceTree.manifest().targets.first { $0.name == floor.target })
        #expect(target.dependencies.isSubset(of: floor.targets), "\(target.dependencies.subtracting(floor.targets).sorted())")
    }

    @Test("A target imports only what its floor allows", arguments: House.floors)
    func imports(_ floor: Floor) throws {
        for file in try SourceTree.files(of: floor.target) {
            for (module, line) in file.imports {
                #expect(floor.allows(module), "\(file.name):\(line) imports \(module)")
            }
        }
    }

    @Test("Full Foundation is imported only where a reason is given, and every reason is still needed")
    func fullFoundation() throws {
        let files = try SourceTree.allFiles().filter { $0.imports.contains { House.fullFoundation.contains($0.module) } }
        #expect(Set(files.map(\.name)) == Set(House.fullFoundationReasons.keys))
    }
}

extension Floor: CustomTestStringConvertible {
    var testDescription: String { target }
}
