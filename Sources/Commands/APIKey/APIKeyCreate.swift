import ArgumentParser
import DockerCloud

/// `docker-cloud apikey create`
struct APIKeyCreate: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Makes an API key and prints it, this once.",
        discussion: """
            The key can do no more than the one that you are logged in with. Here --namespace says what the new key is good for, \
            and DOCKERCLOUD_NAMESPACE does not count.

            Examples:
              docker-cloud apikey create --label laptop
              docker-cloud apikey create --for acme+ci --expires 30 \\
                  --repository 'registry.example/team/*' > key
            """)

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("The account that it is for, such as a robot; without it, your own.", valueName: "account"))
    var account: String?

    @Option(help: ArgumentHelp("What it is for, in your words.", valueName: "text"))
    var label: String?

    @OptionGroup var limits: KeyLimits

    @Option(name: .shortAndLong, help: "Whether to print the key alone, or all that the server says of it.")
    var output = Format.text

    @Option(help: ArgumentHelp(ConnectionOptions.hostExplanation, valueName: "url"))
    var host: String?

    /// The tool itself takes `--host` and `--namespace`, wherever they stand; here they are for the help.
    @ParentCommand var tool: DockerCloudTool

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }

    func run(in environment: CLIEnvironment) async throws {
        let key = try await environment.client(tool.connection).apiKeys.create(
            for: account, label: label, scopes: limits.scopes.nonEmpty?.map(Scope.init(rawValue:)), expiresInDays: limits.days,
            namespace: limits.namespace ?? tool.connection.namespace, repositories: limits.repositories.nonEmpty)
        try show(key, on: environment.console)
    }

    private func show(_ key: NewAPIKey, on console: any Console) throws {
        do {
            switch output {
            case .text: try console.write(key.secret.printableLine)
            case .json: try console.write(key.indentedJSON)
            }
        } catch {
            console.report("The key was made and cannot be shown again: 'docker-cloud apikey revoke \(key.apiKey.id)'".printableLine)
            throw error
        }
        if console.errorIsTerminal {
            let end = key.apiKey.expires.map { ", good until \($0.cell)" } ?? ""
            console.report("Key \(key.apiKey.id) of \(key.apiKey.account)\(end). It is shown this once: keep it now".printableLine)
        }
    }
}

extension [String] {
    /// What was not given is up to the server.
    fileprivate var nonEmpty: [String]? { isEmpty ? nil : self }
}
