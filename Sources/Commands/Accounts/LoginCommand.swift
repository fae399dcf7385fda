import ArgumentParser
import DockerCloud

/// `docker-cloud login`
struct LoginCommand: CLICommand {
    static let configuration = CommandConfiguration(
        commandName: "login",
        abstract: "Stores an account and its API key for a server; the other commands use them.",
        discussion: """
            The key is verified first; a key that the server rejects is not stored. It is stored in \
            ~/.config/docker-cloud/credentials.json, readable only by you, and sent only to that server.

            Examples:
              docker-cloud login https://cloud.example
              docker-cloud login -u alice --password-stdin < api-key
            """)

    @Argument(help: ArgumentHelp("The server; by default, the value of --host or DOCKERCLOUD_REST_HOST.", valueName: "host-url"))
    var url: String?

    @Option(name: .shortAndLong, parsing: .unconditional, help: "The account. The command prompts for it if it is omitted.")
    var username: String?

    @Flag(help: "Read the API key from standard input.")
    var passwordStdin = false

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard !passwordStdin || username != nil else {
            throw ValidationError("--password-stdin takes the whole input for the API key: give the account with -u.")
        }
    }

    func run(in environment: CLIEnvironment) async throws {
        let console = environment.console
        let host = try environment.host(url ?? connection.host)
        let file = try LoginFile(environment)
        var logins = try file.read()
        let username = try username ?? console.answer("Username: ")
        let key = try passwordStdin ? console.password() : console.answer("API key: ", hidden: true)
        environment.warnIfUnencrypted(host)
        try await check(.basic(user: username, key: key), at: host)
        logins[host] = StoredLogins.Login(username: username, key: key)
        try file.write(logins)
        console.report("Logged in to \(host) as \(username); the key is stored in \(file.path)".printableLine)
    }

    /// Verifies the key with the cheapest request that requires one.
    private func check(_ authorization: Authorization, at host: CloudHost) async throws {
        do {
            let client = try DockerCloudClient(host: host, authorization: authorization, userAgent: CLIEnvironment.userAgent)
            let listing = try client.repositories.list(pageSize: 1)
            for try await _ in listing { break }
        } catch {
            throw CommandFailure(error.text(stored: "Nothing was stored"))
        }
    }
}
