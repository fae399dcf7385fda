import ArgumentParser

/// `docker-cloud action`
struct ActionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "action",
        abstract: "The audit trail: who changed what, when, and from where.",
        subcommands: [ActionList.self, ActionInspect.self])
}
