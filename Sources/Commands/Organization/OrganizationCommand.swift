import ArgumentParser

/// `docker-cloud organization`
struct OrganizationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "organization",
        abstract: "Organizations: namespaces that several accounts work in.",
        discussion: """
            To work in one, name it with --namespace or DOCKERCLOUD_NAMESPACE. Who may do what there is said with \
            'docker-cloud member' and 'docker-cloud robot'.
            """,
        subcommands: [OrganizationList.self, OrganizationInspect.self, OrganizationCreate.self, OrganizationRemove.self])
}
