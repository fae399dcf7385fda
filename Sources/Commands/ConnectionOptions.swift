import ArgumentParser
import DockerCloud
import FoundationEssentials

extension CLIEnvironment {
    /// The client for a command, with the host, credential and namespace from its options or the environment.
    func client(_ options: ConnectionOptions) throws -> DockerCloudClient {
        let host = try host(options.host)
        let authorization = try CredentialSource.choose(for: host, self) { try LoginFile(self).read() }
        warnIfUnencrypted(host)
        return try DockerCloudClient(
            host: host, authorization: authorization, namespace: namespace(options), userAgent: Self.userAgent)
    }

    /// The organization of a command that does not apply to a user's own namespace.
    func organization(_ options: ConnectionOptions) throws -> String {
        guard let name = namespace(options) else {
            throw CommandFailure("No organization is set. Set DOCKERCLOUD_NAMESPACE or give --namespace, for example --namespace acme")
        }
        return name
    }

    func namespace(_ options: ConnectionOptions) -> String? {
        options.namespace ?? variable("DOCKERCLOUD_NAMESPACE")
    }

    /// The server. There is no default: a credential must not be sent to a server that the user did not name.
    func host(_ url: String?) throws -> CloudHost {
        guard let url = url ?? variable("DOCKERCLOUD_REST_HOST") else {
            throw CommandFailure(
                "No server is set. Set DOCKERCLOUD_REST_HOST or give --host, for example --host https://cloud.example")
        }
        return try CloudHost(url)
    }

    func warnIfUnencrypted(_ host: CloudHost) {
        guard !host.isEncrypted, !host.isLoopback else { return }
        console.report(
            "Warning: the key is sent unencrypted to \(host); others on the network can read it. Use https if the server supports it")
    }

    static var userAgent: String { "docker-cloud/\(Version.text)" }
}

/// The server and the namespace.
struct ConnectionOptions: ParsableArguments {
    static let hostExplanation =
        "The server, such as https://cloud.example; by default, the value of DOCKERCLOUD_REST_HOST."

    @Option(help: ArgumentHelp(hostExplanation, valueName: "url"))
    var host: String?

    @Option(
        help: ArgumentHelp(
            "The namespace; by default, the value of DOCKERCLOUD_NAMESPACE, or else your own namespace.", valueName: "name"))
    var namespace: String?
}

/// Selects a credential in the same order as the original docker-cloud command: `DOCKERCLOUD_AUTH`, `DOCKERCLOUD_USER` with a
/// key, the stored login.
enum CredentialSource {
    static func choose(
        for host: CloudHost, _ environment: CLIEnvironment, logins: () throws -> StoredLogins
    ) throws -> Authorization {
        if let header = environment.variable("DOCKERCLOUD_AUTH") { return try .verbatim(header) }
        if let user = environment.variable("DOCKERCLOUD_USER"),
            let key = environment.variable("DOCKERCLOUD_APIKEY") ?? environment.variable("DOCKERCLOUD_PASS")
        {
            return try .basic(user: user, key: key)
        }
        guard let login = try logins()[host] else {
            throw CommandFailure(
                "There is no credential for \(host): run 'docker-cloud login \(host)', or set DOCKERCLOUD_USER and DOCKERCLOUD_APIKEY")
        }
        return try .basic(user: login.username, key: login.key)
    }
}
