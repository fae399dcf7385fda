import DockerCloud
import FakeCloud
import Testing

@testable import Commands

@Suite struct AuthenticationTests {
    private static let everything = [
        "DOCKERCLOUD_AUTH": "Bearer lm_token", "DOCKERCLOUD_USER": "alice", "DOCKERCLOUD_APIKEY": "key", "DOCKERCLOUD_PASS": "pass",
    ]

    /// The `Authorization` header that is sent with these variables and a stored login `bob:stored` for the server.
    private func header(_ environment: [String: String]) async throws -> String? {
        try await ConfigurationFolder.with { folder in
            try await FakeCloud.run { _ in
                .page([])
            } _: { cloud in
                var logins = StoredLogins()
                logins[try CloudHost(cloud.url)] = StoredLogins.Login(username: "bob", key: "stored")
                let environment = environment.merging(folder.environment) { $1 }
                try LoginFile(CLIEnvironment(environment: environment, console: ScriptedConsole())).write(logins)
                _ = await Shell.run(["repository", "ls"], at: cloud, environment: environment)
                return cloud.requests.first?.headers["authorization"]
            }
        }
    }

    @Test("The environment has precedence over a stored login, a whole header over a user, a key over a password")
    func order() async throws {
        var environment = Self.everything
        #expect(try await header(environment) == "Bearer lm_token")
        environment["DOCKERCLOUD_AUTH"] = ""
        #expect(try await header(environment) == "Basic YWxpY2U6a2V5")
        environment["DOCKERCLOUD_APIKEY"] = nil
        #expect(try await header(environment) == "Basic YWxpY2U6cGFzcw==")
        environment["DOCKERCLOUD_PASS"] = ""
        #expect(try await header(environment) == "Basic Ym9iOnN0b3JlZA==")
    }

    @Test("A DOCKERCLOUD_AUTH value without a scheme is sent unchanged")
    func verbatim() async throws {
        #expect(try await header(["DOCKERCLOUD_AUTH": "lm_token"]) == "lm_token")
    }

    @Test(
        "A stored login is used only for its own server",
        arguments: ["http://127.0.0.1:1", "https://localhost:8080", "http://localhost:8081"])
    func otherServer(url: String) async throws {
        try await ConfigurationFolder.with { folder in
            var logins = StoredLogins()
            logins[try CloudHost("http://localhost:8080")] = StoredLogins.Login(username: "bob", key: "canary")
            try LoginFile(CLIEnvironment(environment: folder.environment, console: ScriptedConsole())).write(logins)
            let shell = await Shell.run(["repository", "ls", "--host", url], environment: folder.environment)
            #expect(shell.status == 3)
            #expect(shell.errors.first?.contains("docker-cloud login \(url)") == true)
            #expect(!shell.everything.contains("canary"))
        }
    }

    @Test("Without a server, nothing is sent, and the error names the variable to set")
    func noServer() async {
        let shell = await Shell.run(["repository", "ls"], environment: ["DOCKERCLOUD_AUTH": "x"])
        #expect(shell.status == 3)
        #expect(shell.errors.first?.contains("DOCKERCLOUD_REST_HOST") == true)
    }

    @Test("--host and --namespace are accepted at any position and have precedence over the environment")
    func options() async throws {
        try await FakeCloud.run { _ in
            .page([])
        } _: { cloud in
            let environment = [
                "DOCKERCLOUD_REST_HOST": "http://127.0.0.1:1", "DOCKERCLOUD_NAMESPACE": "other", "DOCKERCLOUD_AUTH": "x",
            ]
            let options = ["--host", cloud.url, "--namespace", "team"]
            for arguments in [options + ["repository", "ls"], ["repository"] + options + ["ls"], ["repository", "ls"] + options] {
                #expect(await Shell.run(arguments, environment: environment).status == 0)
            }
            _ = await Shell.run(["repository", "ls", "--host", cloud.url], environment: environment)
            let target = "/repository/?limit=250"
            #expect(cloud.lines == Array(repeating: "GET /api/repo/v1/team\(target)", count: 3) + ["GET /api/repo/v1/other\(target)"])
        }
    }

    @Test("Sending a key unencrypted to another machine prints one warning")
    func unencrypted() async throws {
        let console = ScriptedConsole()
        let environment = CLIEnvironment(environment: ["DOCKERCLOUD_AUTH": "x"], console: console)
        for url in ["https://cloud.example", "http://localhost:1", "http://127.0.0.1"] {
            _ = try environment.client(Self.options(url))
        }
        #expect(console.record.errors.isEmpty)
        _ = try environment.client(Self.options("http://cloud.example"))
        #expect(console.record.errors.count == 1)
        #expect(console.record.errors.first?.contains("unencrypted to http://cloud.example") == true)
    }

    private static func options(_ url: String) -> ConnectionOptions {
        var options = ConnectionOptions()
        options.host = url
        options.namespace = nil
        return options
    }
}
