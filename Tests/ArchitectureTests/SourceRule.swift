/// A rule that forbids a construct in source code.
struct SourceRule: Sendable {
    let name: String
    /// The targets that the rule does not apply to.
    let exempt: Set<String>
    private let isBroken: @Sendable (SourceFile, Int) -> Bool

    /// The lines of the file that break the rule.
    func violations(in file: SourceFile) -> [Int] {
        exempt.contains(file.target) ? [] : file.tokens.indices.filter { isBroken(file, $0) }.map { file.tokens[$0].line }
    }
}

extension SourceRule {
    static let all = [testable, printing, forcedTry, fatalError, forcedUnwrapping, publicDeclarations]

    static let testable = SourceRule(name: "@testable", exempt: []) { file, index in
        file.tokens[index].text == "testable" && file.text(before: index) == "@"
    }

    /// Only commands of the executables write to standard output; other code logs or returns values.
    static let printing = SourceRule(name: "print(", exempt: ["Commands", "Server"]) { file, index in
        ["print", "debugPrint"].contains(file.tokens[index].text) && file.text(after: index) == "(" && file.text(before: index) != "func"
    }

    static let forcedTry = SourceRule(name: "try!", exempt: []) { file, index in
        file.tokens[index].text == "try" && isGlued("!", after: index, in: file)
    }

    static let fatalError = SourceRule(name: "fatalError", exempt: []) { file, index in
        file.tokens[index].text == "fatalError"
    }

    /// `x!`, `x as! Y` and `var x: Y!`.
    static let forcedUnwrapping = SourceRule(name: "forced unwrapping", exempt: []) { file, index in
        guard let last = file.tokens[index].text.last, file.tokens[index].text != "try" else { return false }
        return (last.isLetter || last.isNumber || "_$`)]}>?\"".contains(last)) && isGlued("!", after: index, in: file)
            && !isGlued("=", after: index + 1, in: file)
    }

    /// Everything except the client library is `package`, so that no other package can depend on it.
    static let publicDeclarations = SourceRule(name: "public declarations", exempt: ["DockerCloud"]) { file, index in
        guard ["public", "open"].contains(file.tokens[index].text), ![".", "`", "case"].contains(file.text(before: index)) else {
            return false
        }
        let next = file.text(after: index)
        return declarations.contains(next) || next == "@" || (next == "(" && file.text(after: index, by: 2) == "set")
    }

    private static let declarations: Set = [
        "actor", "associatedtype", "private", "internal", "fileprivate", "package", "class", "convenience", "dynamic", "enum", "extension",
        "final", "func", "import", "indirect", "infix",
        "init", "lazy", "let", "macro", "mutating", "nonisolated", "nonmutating", "operator", "override", "postfix", "precedencegroup",
        "prefix", "protocol", "required", "static", "struct", "subscript", "typealias", "unowned", "var", "weak",
    ]

    private static func isGlued(_ text: String, after index: Int, in file: SourceFile) -> Bool {
        file.text(after: index) == text && file.tokens[index + 1].isGlued
    }
}
