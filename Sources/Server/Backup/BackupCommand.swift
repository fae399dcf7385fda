package import ArgumentParser

package struct BackupCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Back up the data, also while the server runs.",
        discussion: """
            Writes one file (mode 0600): a tar archive with a manifest, the revocation journal, and the database as of one moment. It has no \
            key-encryption key and no API key, so the passwords in it cannot be decrypted. Keep copies of the key file elsewhere.

            The file appears under its name when it is complete and synced. Its folder needs space for two copies of the database meanwhile. \
            Run the command as the user of the server. 'lighterman restore' restores the backup.

            Exit codes: 64 usage, 74 data not readable or file not writable, 75 interrupted, 78 configuration.
            """)

    @Argument(help: ArgumentHelp("File to create.", valueName: "file"))
    package var file: String

    @OptionGroup package var places: PlaceOptions

    package init() {}

    package func run() async throws {
        try await StartError.reporting {
            try await Server(settings: try await places.settings()).backUp(to: file)
        }
    }
}

extension Server {
    func backUp(to path: String) async throws {
        try checkDataDirectory()
        let summary = try await Interruption.watching { [settings] interruption in
            let writer = BackupWriter(data: settings.data, journal: RevocationFile(settings.revocations), interruption: interruption)
            return try await interruption.blocking { try writer.write(to: path) }
        }
        StandardStream.output.write(
            "stored the backup '\(path)' (\(ProgressLine.size(summary.size))) of the deployment \(summary.manifest.deployment), as of "
                + "\(summary.manifest.created)\n")
    }
}
