import ArgumentParser

/// `docker-cloud registry`
struct RegistryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registry",
        abstract: "Registries that the repositories are on.",
        subcommands: [RegistryList.self, RegistryInspect.self, RegistryTrust.self])
}
