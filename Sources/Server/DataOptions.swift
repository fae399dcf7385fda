package import ArgumentParser
import FoundationEssentials

/// Options for commands that read the data directory.
package struct PlaceOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Data directory. (default: ./lighterman-data)", valueName: "directory"))
    package var data: String?

    @Option(
        help: ArgumentHelp(
            "File with revoked keys, disabled accounts and given names. (default: DATA.revoked)",
            valueName: "file"))
    package var revocations: String?

    @Option(help: ArgumentHelp("JSON file with the settings of the server.", valueName: "file"))
    package var config: String?

    package init() {}

    /// Reads the settings from these options, and from more, in the same way as the server does.
    func settings(and more: [(name: String, value: String?)] = []) async throws -> Settings {
        let given = [("--data", data), ("--revocations", revocations), ("--config", config)] + more.map { ($0.name, $0.value) }
        let arguments = given.flatMap { name, value in value.map { [name, $0] } ?? [] }
        return try await Settings(options: try ServeOptions.parse(arguments), environment: ProcessInfo.processInfo.environment)
    }
}

/// Options for commands that work on the data directory while the server is stopped.
package struct DataOptions: ParsableArguments {
    @OptionGroup package var places: PlaceOptions

    @Option(help: ArgumentHelp("File with the key-encryption keys, newest first. (default: DATA.kek)", valueName: "file"))
    package var kekFile: String?

    package init() {}

    func settings(and more: [(name: String, value: String?)] = []) async throws -> Settings {
        try await places.settings(and: [("--kek-file", kekFile)] + more)
    }
}
