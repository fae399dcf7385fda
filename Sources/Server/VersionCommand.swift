package import ArgumentParser
import BuildStamp

/// The version of the server. `make build` adds the commit and its date; a build without them says so.
enum Version {
    static let current = String(cString: build_version())
    static let commit = String(cString: build_commit())
    /// `lighterman 0.1.0 (commit 43126bb2, 2026-11-30)`
    static let line = "lighterman \(current) (\(String(cString: build_stamp())))"
}

package struct VersionCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Print the version, the commit and its date.")

    package init() {}

    package func run() {
        StandardStream.output.write(Version.line + "\n")
    }
}
