import ArgumentParser
import Foundation
import Testing

@testable import Server

@Suite("The documentation of the settings")
struct SettingDocumentationTests {
    private static let settings = Setting.all.map { setting in
        """
        | `--\(setting.name)\(setting.valueName.isEmpty ? "" : " \(setting.valueName.replacing("|", with: "\\|"))")` | `\(setting.environmentVariable)` | \
        \(setting.defaultText) | \(setting.help) |
        """
    }

    @Test("docs/configuration.md has a row for each setting, with its help and default")
    func rows() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let rows = try String(contentsOf: root.appending(path: "docs/configuration.md"), encoding: .utf8).split(separator: "\n").map(
            String.init
        ).filter { $0.hasPrefix("| `--") }
        #expect(rows == Self.settings, "Rows to copy:\n\(Self.settings.joined(separator: "\n"))")
    }

    @Test("Each setting is an option of the command line, and each option a setting", arguments: Setting.all)
    func option(_ setting: Setting) throws {
        let value = ["number", "seconds", "days"].contains(setting.valueName) ? "7" : "text"
        let arguments = setting.valueName.isEmpty ? ["--\(setting.name)"] : ["--\(setting.name)", value]
        let options = try ServeOptions.parse(arguments)
        for other in Setting.all { #expect((other.option(options) != nil) == (other.name == setting.name), "\(other.name)") }
        #expect(Mirror(reflecting: options).children.count == Setting.all.count + 1, "--config is the only option beside them")
    }
}

extension Setting: CustomTestStringConvertible {
    var testDescription: String { name }
}
