import Domain
import Foundation
import TestSupport
import Testing

@Suite("docs/troubleshooting.md") struct TroubleshootingTests {
    private static func documentation() throws -> String {
        try String(contentsOfFile: "\(Binaries.package)/docs/troubleshooting.md", encoding: .utf8)
    }

    /// The targets of the server that write to its log.
    private static let targets = ["Server", "HTTPSupport", "CloudAPI", "Gateway", "Operations", "RegistryClient"]

    @Test("Each state of a repository is explained") func states() throws {
        let documentation = try Self.documentation()
        for state in Verification.State.allCases { #expect(documentation.contains("\n| `\(state.rawValue)` |"), "\(state)") }
    }

    @Test("Each message of the level notice and above is explained") func messages() throws {
        let documentation = try Self.documentation()
        // The start of a literal, up to an interpolation, a colon with advice, or the end.
        let call = /\.(?:notice|warning|error|critical)\(\s*(?:"""\s*)?"?([a-zA-Z][^"\\:;\n]*)/
        var messages: Set<String> = []
        for target in Self.targets {
            let folder = "\(Binaries.package)/Sources/\(target)"
            for name in try FileManager.default.subpathsOfDirectory(atPath: folder) where name.hasSuffix(".swift") {
                let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
                for match in text.matches(of: call) where text[..<match.range.lowerBound].hasSuffix("logger") {
                    messages.insert(match.1.trimmingCharacters(in: .whitespaces))
                }
            }
        }
        messages.remove("event, metadata")
        #expect(messages.count >= 35, "\(messages.sorted())")
        for message in messages.sorted() { #expect(documentation.contains("`\(message)"), "\(message)") }
    }
}
