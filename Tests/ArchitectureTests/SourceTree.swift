import Foundation

/// The sources of the package that this file belongs to.
enum SourceTree {
    /// Symbolic links are resolved, as the tests may be built from a package that links to them.
    static let root = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func manifest() throws -> Manifest {
        Manifest(try String(contentsOf: root.appending(path: "Package.swift"), encoding: .utf8))
    }

    /// The targets that have a folder in `Sources`.
    static func targets() throws -> [String] {
        let folders = try FileManager.default.contentsOfDirectory(
            at: root.appending(path: "Sources"), includingPropertiesForKeys: [.isDirectoryKey], options: .skipsHiddenFiles)
        return try folders.filter { try $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true }
            .map(\.lastPathComponent).sorted()
    }

    static func files(of target: String) throws -> [SourceFile] {
        try allFiles().filter { $0.target == target }
    }

    static func allFiles() throws -> [SourceFile] {
        try everything.get()
    }

    /// Read once, because every rule checks every file.
    private static let everything = Result { try targets().flatMap(read) }

    private static func read(target: String) throws -> [SourceFile] {
        let folder = root.appending(path: "Sources").appending(path: target)
        return try FileManager.default.subpathsOfDirectory(atPath: folder.path(percentEncoded: false))
            .filter { $0.hasSuffix(".swift") }.sorted()
            .map { path in
                let text = try String(contentsOf: folder.appending(path: path), encoding: .utf8)
                return SourceFile(target: target, path: path, text: text)
            }
    }
}

struct SourceFile: Sendable {
    let target: String
    let path: String
    let lineCount: Int
    let tokens: [Token]

    init(target: String, path: String, text: String) {
        self.target = target
        self.path = path
        lineCount = text.split(separator: "\n", omittingEmptySubsequences: false).count - (text.hasSuffix("\n") ? 1 : 0)
        tokens = SwiftLexer.tokens(of: text)
    }

    /// `Target/Path.swift`
    var name: String { "\(target)/\(path)" }

    /// The imported modules, with their lines.
    var imports: [(module: String, line: Int)] {
        tokens.indices.compactMap { index in
            guard tokens[index].text == "import", ![".", "`", "func", "case"].contains(text(before: index)) else { return nil }
            let kinds: Set = ["struct", "class", "enum", "protocol", "typealias", "func", "let", "var"]
            let name = text(after: index, by: kinds.contains(text(after: index)) ? 2 : 1)
            return name.first?.isLetter == true || name.first == "_" ? (name, tokens[index].line) : nil
        }
    }

    func text(before index: Int) -> String {
        index > 0 ? tokens[index - 1].text : ""
    }

    func text(after index: Int, by distance: Int = 1) -> String {
        index + distance < tokens.count ? tokens[index + distance].text : ""
    }
}
