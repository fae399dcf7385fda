import ArgumentParser

/// `docker-cloud user`
struct UserCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "People's accounts, for administrators of the server.",
        subcommands: [UserList.self, UserInspect.self, UserCreate.self, UserDisable.self, UserEnable.self])
}
