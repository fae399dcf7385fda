import ArgumentParser

/// Where the server is and which namespace is meant.
struct ConnectionOptions: ParsableArguments {
    static let hostExplanation =
        "The server, such as https://cloud.example; without it, the environment variable DOCKERCLOUD_REST_HOST."

    @Option(help: ArgumentHelp(hostExplanation, valueName: "url"))
    var host: String?

    @Option(
        help: ArgumentHelp(
            "The namespace; without it, the environment variable DOCKERCLOUD_NAMESPACE, or else your own.", valueName: "name"))
    var namespace: String?
}
