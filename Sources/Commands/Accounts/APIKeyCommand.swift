import ArgumentParser
import DockerCloud

/// `docker-cloud apikey`
struct APIKeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apikey",
        abstract: "API keys, which accounts use to log in.",
        subcommands: [APIKeyList.self, APIKeyInspect.self, APIKeyCreate.self, APIKeyRenew.self, APIKeyRevoke.self])

    /// The tool itself parses `--host` and `--namespace` at any position. ``APIKeyCreate`` reads them here.
    @OptionGroup(visibility: .hidden) var connection: ConnectionOptions
}

/// `docker-cloud apikey create`
struct APIKeyCreate: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Creates an API key and prints it. It cannot be shown again.",
        discussion: """
            The key cannot have more rights than the key that you are logged in with. In this command, --namespace restricts the new \
            key to a namespace, and DOCKERCLOUD_NAMESPACE is ignored.

            Examples:
              docker-cloud apikey create --label laptop
              docker-cloud apikey create --for acme+ci --expires 30 \\
                  --repository 'registry.example/team/*' > key
            """)

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("The account of the key, such as a robot; by default, your own.", valueName: "account"))
    var account: String?

    @Option(help: ArgumentHelp("A description of what the key is used for.", valueName: "text"))
    var label: String?

    @OptionGroup var limits: KeyLimits

    @Option(name: .shortAndLong, help: "Print only the key (text), or the key with all its attributes (json).")
    var output = Format.text

    @Option(help: ArgumentHelp(ConnectionOptions.hostExplanation, valueName: "url"))
    var host: String?

    /// Has the values of `--host` and `--namespace`, which this command declares for its help.
    @ParentCommand var command: APIKeyCommand

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }

    func run(in environment: CLIEnvironment) async throws {
        let key = try await environment.client(command.connection).apiKeys.receivedNew(
            for: account, label: label, scopes: limits.scopes.nonEmpty?.map(Scope.init(rawValue:)), expiresInDays: limits.days,
            namespace: limits.namespace ?? command.connection.namespace, repositories: limits.repositories.nonEmpty)
        try show(key, on: environment.console)
    }

    private func show(_ received: Received<NewAPIKey>, on console: any Console) throws {
        let key = received.value
        do {
            switch output {
            case .text: try console.write(key.secret.printableLine)
            case .json: try console.write(received.indentedJSON)
            }
        } catch {
            console.report(
                "The key was created and cannot be shown again. Revoke it with 'docker-cloud apikey revoke \(key.apiKey.id)'".printableLine)
            throw error
        }
        if console.errorIsTerminal {
            let expiry = key.apiKey.expires.map { ", valid until \($0.cell)" } ?? ""
            console.report("Key \(key.apiKey.id) of \(key.apiKey.account)\(expiry). It cannot be shown again: store it now".printableLine)
        }
    }
}

extension [String] {
    /// nil if no value was given: the server then applies its default.
    fileprivate var nonEmpty: [String]? { isEmpty ? nil : self }
}

/// The scopes, repositories, namespace and lifetime of a new key.
struct KeyLimits: ParsableArguments {
    @Option(
        name: .customLong("scope"),
        help: ArgumentHelp(
            "A scope of the key, such as repository:write; may be repeated. Default: pull and repository:read.",
            valueName: "scope"),
        completion: .list([
            "pull", "push", "delete", "repository:read", "repository:write", "audit:read", "account:admin", "service:read",
            "service:write", "service:report", "credential:reveal",
        ]))
    var scopes: [String] = []

    @Option(
        name: .customLong("repository"),
        help: ArgumentHelp(
            "A repository that the key is valid for, or registry.example/team/* for all below it; may be repeated. Default: all.",
            valueName: "pattern"))
    var repositories: [String] = []

    @Option(name: .customLong("expires"), help: ArgumentHelp("The lifetime of the key in days. Default: 90.", valueName: "days"))
    var days: Int?

    @Option(
        help: ArgumentHelp("The only namespace that the key is valid for. Default: all that its account has access to.", valueName: "name"))
    var namespace: String?
}

/// `docker-cloud apikey renew`
struct APIKeyRenew: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "renew",
        abstract: "Replaces the API key of this login with a new one that has the same rights.",
        discussion: """
            Prints the new key, which cannot be shown again. The old key stays valid for 24 hours, or for --grace hours; with --grace 0 it \
            expires immediately. The new key expires no later than the key that the old one was created with. Any key may renew itself, regardless \
            of its scopes.

            Example:
              docker-cloud apikey renew --expires 90
            """)

    @Option(name: .customLong("expires"), help: ArgumentHelp("The lifetime of the new key in days. Default: 90.", valueName: "days"))
    var days: Int?

    @Option(help: ArgumentHelp("The hours that the old key stays valid. Default: 24.", valueName: "hours"))
    var grace: Int?

    @OptionGroup var connection: ConnectionOptions

    func run(in environment: CLIEnvironment) async throws {
        let key = try await environment.client(connection).apiKeys.renew(expiresInDays: days, graceHours: grace)
        try environment.console.write(key.secret.printableLine)
        guard environment.console.errorIsTerminal else { return }
        let expiry = key.apiKey.expires.map { ", valid until \($0.cell)" } ?? ""
        environment.console.report(
            "Key \(key.apiKey.id) of \(key.apiKey.account)\(expiry). It cannot be shown again: replace the old key with it".printableLine)
    }
}
