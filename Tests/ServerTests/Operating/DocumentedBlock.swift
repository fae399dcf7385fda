import Foundation
import TestSupport

/// A block of code in docs/operating.md, which a test uses as it is printed.
enum DocumentedBlock {
    /// - Parameters:
    ///   - heading: the heading of the section, without its number signs. Its subsections belong to it.
    ///   - language: the word behind the three backquotes.
    /// - Returns: the only block of that language in the section.
    static func text(under heading: String, in language: String) throws -> String {
        let path = "\(Binaries.package)/docs/operating.md"
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false).map(
            String.init)
        guard let start = lines.firstIndex(where: { $0.hasPrefix("#") && $0.drop { $0 == "#" } == " \(heading)" }) else {
            throw ProgramFailed(reason: "docs/operating.md has no section \(heading)")
        }
        let level = lines[start].prefix { $0 == "#" }.count
        var blocks: [[String]] = []
        // nil outside a block; a block of another language is read and dropped.
        var block: (isWanted: Bool, lines: [String])?
        for line in lines[(start + 1)...] {
            if let open = block {
                if line == "```" {
                    if open.isWanted { blocks.append(open.lines) }
                    block = nil
                } else {
                    block?.lines.append(line)
                }
            } else if line.hasPrefix("```") {
                block = (isWanted: line == "```\(language)", lines: [])
            } else if line.hasPrefix("#"), line.prefix(while: { $0 == "#" }).count <= level {
                break
            }
        }
        guard blocks.count == 1 else { throw ProgramFailed(reason: "\(heading) has \(blocks.count) blocks of \(language)") }
        return blocks[0].joined(separator: "\n") + "\n"
    }
}
