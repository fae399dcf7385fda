import ArgumentParser

/// `docker-cloud member`
struct MemberCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "member",
        abstract: "Members of an organization, and what they may do there.",
        discussion: """
            The organization is the one that --namespace or DOCKERCLOUD_NAMESPACE names. \(PermissionChoice.explanation)
            """,
        subcommands: [MemberList.self, MemberInspect.self, MemberSet.self, MemberRemove.self])
}
