import Foundation
import TestSupport

/// The package that this file belongs to.
enum SourceTree {
    /// Symbolic links are resolved, as the tests may be built from a package that links to them.
    static let root = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The Swift files of `Sources`, read once.
    static func files() throws -> [SourceFile] { try everything.get() }

    static func files(of target: String) throws -> [SourceFile] { try files().filter { $0.target == target } }

    private static let everything = Result {
        let folder = root.appending(path: "Sources")
        return try FileManager.default.subpathsOfDirectory(atPath: folder.path(percentEncoded: false))
            .filter { $0.hasSuffix(".swift") }.sorted()
            .map { SourceFile(name: $0, text: try String(contentsOf: folder.appending(path: $0), encoding: .utf8)) }
    }

    /// The manifest as SwiftPM reads it (`swift package dump-package`).
    static func manifest() async throws -> Manifest {
        let scratch = FileManager.default.temporaryDirectory.appending(path: "lighterman-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: scratch) }
        let arguments = [
            "package", "--package-path", root.path(percentEncoded: false), "--scratch-path", scratch.path(percentEncoded: false),
            "dump-package",
        ]
        let finished = try await run("swift", arguments, environment: ProcessInfo.processInfo.environment, timeout: .seconds(120))
        return try JSONDecoder().decode(Manifest.self, from: Data(finished.succeeded().utf8))
    }
}

struct Manifest: Decodable {
    struct Target: Decodable {
        let name: String
        let type: String
        let path: String?
        let dependencies: [Dependency]
    }

    /// A target, or a product of another package.
    struct Dependency: Decodable {
        /// nil for a product.
        let target: String?

        private enum CodingKeys: CodingKey { case byName }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            target = try container.decodeIfPresent([String?].self, forKey: .byName)?.first ?? nil
        }
    }

    let targets: [Target]
}

struct SourceFile: Sendable {
    /// `Target/Path.swift`
    let name: String
    let lineCount: Int
    /// The lines that are not comments, by their numbers.
    let code: [(number: Int, text: String)]

    init(name: String, text: String) {
        self.name = name
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        lineCount = lines.count
        code = zip(1..., lines).filter { !$1.trimmingPrefix(while: \.isWhitespace).hasPrefix("//") }.map { (number: $0, text: $1) }
    }

    var target: String { String(name.prefix { $0 != "/" }) }

    func lines<Output>(matching pattern: Regex<Output>) -> [Int] {
        // By default, `A.b` is one word.
        let pattern = pattern.wordBoundaryKind(.simple)
        return code.filter { $0.text.contains(pattern) }.map(\.number)
    }
}
