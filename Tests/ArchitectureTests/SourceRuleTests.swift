import Testing

@Suite("Source code rules")
struct SourceRuleTests {
    @Test("Sources follow the rule", arguments: SourceRule.all)
    func kept(_ rule: SourceRule) throws {
        for file in try SourceTree.allFiles() {
            for line in rule.violations(in: file) {
                Issue.record("\(file.name):\(line): \(rule.name)")
            }
        }
    }

    @Test("An executable has at most 40 lines")
    func executables() throws {
        let executables = try SourceTree.manifest().targets.filter { $0.kind.hasPrefix("executable") }
        #expect(!executables.isEmpty)
        for executable in executables {
            let lines = try SourceTree.files(of: executable.name).map(\.lineCount).reduce(0, +)
            #expect((1...40).contains(lines), "\(executable.name)")
        }
    }

    @Test(
        "A rule finds violations and ignores similar code",
        arguments: [
            (.testable, "@testable import A", true),
            (.testable, "// @testable\nlet testable = 1", false),
            (.printing, "print(1)", true),
            (.printing, "Swift.print(1)", true),
            (.printing, #"let a = "\(debugPrint(1))""#, true),
            (.printing, #"let print = 1; f("print(1)"); pretty_print(1); func print(_ a: Int) {}"#, false),
            (.forcedTry, "let a = try! f()", true),
            (.forcedTry, "let a = try? f() // try! f()", false),
            (.forcedTry, "try !f()", false),
            (.fatalError, "guard a else { fatalError() }", true),
            (.fatalError, #"f("fatalError()")"#, false),
            (.forcedUnwrapping, "a!", true),
            (.forcedUnwrapping, "f(a)!.b", true),
            (.forcedUnwrapping, "a[0]!", true),
            (.forcedUnwrapping, "a?.b!", true),
            (.forcedUnwrapping, "{ a }()!", true),
            (.forcedUnwrapping, #"URL(string: "x")!"#, true),
            (.forcedUnwrapping, #""\(a!)""#, true),
            (.forcedUnwrapping, "a as! B", true),
            (.forcedUnwrapping, "var a: Array<Int>!", true),
            (.forcedUnwrapping, "var a: B!\nvar c = 1", true),
            (.forcedUnwrapping, "if !a, (!b), a != b, a!=b, [!c].isEmpty {}", false),
            (.forcedUnwrapping, "#if !os(Linux)\n#endif", false),
            (.forcedUnwrapping, #"f("a!") // a!"#, false),
            (.publicDeclarations, "public struct A {}", true),
            (.publicDeclarations, "public import A", true),
            (.publicDeclarations, "public private(set) var a = 1", true),
            (.publicDeclarations, "open class A {}", true),
            (.publicDeclarations, "public(set) var a = 1", true),
            (.publicDeclarations, "public @MainActor func a() {}", true),
            (.publicDeclarations, "package struct A { case `public`; case open }", false),
            (.publicDeclarations, "f(.public); let open = 1; open(path)\nlet a = 1 // public struct", false),
        ] as [(SourceRule, String, Bool)])
    func rules(_ rule: SourceRule, _ source: String, _ isBroken: Bool) {
        let file = SourceFile(target: "Domain", path: "A.swift", text: source)
        #expect(rule.violations(in: file).isEmpty != isBroken)
    }
}

extension SourceRule: CustomTestStringConvertible {
    var testDescription: String { name }
}
