/// The targets of a package manifest, parsed from its text: `module("Name", ["Other", product])`, with any of the manifest's own functions,
/// or `.target(name: "Name", dependencies: ["Other"])`.
struct Manifest {
    struct Target: Hashable {
        let kind: String
        let name: String
        /// The dependencies in the same package.
        let dependencies: Set<String>
    }

    let targets: [Target]

    init(_ text: String) {
        let file = SourceFile(target: "", path: "Package.swift", text: text)
        targets = file.tokens.indices.compactMap { Self.target(at: $0, in: file) }
    }

    private static let ownFunctions: Set = ["module", "executable"]
    private static let packageFunctions: Set = ["target", "executableTarget", "systemLibrary", "macro", "plugin"]

    private static func target(at index: Int, in file: SourceFile) -> Target? {
        let kind = file.tokens[index].text
        guard ownFunctions.contains(kind) || packageFunctions.contains(kind), file.text(after: index) == "(" else { return nil }
        let labelled = file.text(after: index, by: 2) == "name"
        guard labelled == packageFunctions.contains(kind) else { return nil }
        guard let name = literal(file.text(after: index, by: labelled ? 4 : 2)) else { return nil }
        let strings = file.tokens[(index + 1)...].prefix(closing(file.tokens[(index + 1)...])).compactMap { literal($0.text) }
        return Target(kind: kind, name: name, dependencies: Set(strings.dropFirst()))
    }

    private static func literal(_ text: String) -> String? {
        text.count > 2 && text.first == "\"" && text.last == "\"" ? String(text.dropFirst().dropLast()) : nil
    }

    /// The number of tokens up to the parenthesis that closes the first one.
    private static func closing(_ tokens: ArraySlice<Token>) -> Int {
        var depth = 0
        for (count, token) in tokens.enumerated() {
            depth += token.text == "(" ? 1 : token.text == ")" ? -1 : 0
            if depth == 0 { return count }
        }
        return tokens.count
    }
}
