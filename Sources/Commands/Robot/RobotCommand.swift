import ArgumentParser

/// `docker-cloud robot`
struct RobotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "robot",
        abstract: "Robots: accounts of an organization for programs, such as build servers.",
        discussion: """
            A robot is named organization+robot, which is also what it logs in with, or by the second part alone, in the \
            organization that --namespace or DOCKERCLOUD_NAMESPACE names. 'docker-cloud apikey create' makes its keys. It stays when \
            the person leaves who made it.
            """,
        subcommands: [RobotList.self, RobotInspect.self, RobotCreate.self, RobotSet.self, RobotRemove.self])
}
