package import ArgumentParser

/// Where the data and its key are, for commands that work on them while no server does.
package struct DataOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Directory of the data. (default: ./lighterman-data)", valueName: "directory"))
    package var data: String?

    @Option(help: ArgumentHelp("File with the key-encryption keys, newest first. (default: DATA.kek)", valueName: "file"))
    package var kekFile: String?

    @Option(
        help: ArgumentHelp(
            "File with revoked keys and disabled accounts. (default: DATA.revoked)",
            valueName: "file"))
    package var revocations: String?

    package init() {}

    /// The settings that these options and some more make, read as the server reads its own.
    func settings(and more: [(name: String, value: String?)] = []) async throws -> Settings {
        let given = [("--data", data), ("--kek-file", kekFile), ("--revocations", revocations)] + more.map { ($0.name, $0.value) }
        let arguments = given.flatMap { name, value in value.map { [name, $0] } ?? [] }
        return try await Settings(options: try ServeOptions.parse(arguments), environment: ProcessEnvironment.variables())
    }
}
