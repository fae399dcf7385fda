import ArgumentParser

/// What a new key is good for.
struct KeyLimits: ParsableArguments {
    @Option(
        name: .customLong("scope"),
        help: ArgumentHelp(
            "What it may be used for, such as repository:write; may be given several times. Without it, pull and repository:read.",
            valueName: "scope"),
        completion: .list([
            "pull", "push", "delete", "repository:read", "repository:write", "audit:read", "account:admin", "service:read",
            "service:write", "service:report", "credential:reveal",
        ]))
    var scopes: [String] = []

    @Option(
        name: .customLong("repository"),
        help: ArgumentHelp(
            "A repository that it is good for, or registry.example/team/* for all below; may be given several times. Without it, all.",
            valueName: "pattern"))
    var repositories: [String] = []

    @Option(name: .customLong("expires"), help: ArgumentHelp("For how many days; without it, 90.", valueName: "days"))
    var days: Int?

    @Option(help: ArgumentHelp("The one namespace that it is good for; without it, all that its account has a part in.", valueName: "name"))
    var namespace: String?
}
