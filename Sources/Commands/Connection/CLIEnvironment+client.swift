import DockerCloud

extension CLIEnvironment {
    /// The client for a command.
    func client(_ options: ConnectionOptions) throws -> DockerCloudClient {
        let host = try host(options.host)
        let authorization = try CredentialSource.choose(for: host, self) { try LoginFile(self).read() }
        warnIfUnencrypted(host)
        return try DockerCloudClient(
            host: host, authorization: authorization, namespace: namespace(options), userAgent: Self.userAgent)
    }

    /// The organization that a command is about, for those which cannot be about a person's own namespace.
    func organization(_ options: ConnectionOptions) throws -> String {
        guard let name = namespace(options) else {
            throw CommandFailure("Which organization? Set DOCKERCLOUD_NAMESPACE or give --namespace, for example --namespace acme")
        }
        return name
    }

    func namespace(_ options: ConnectionOptions) -> String? {
        options.namespace ?? variable("DOCKERCLOUD_NAMESPACE")
    }

    /// The server; there is none by default, as a credential must not go to one that nobody named.
    func host(_ url: String?) throws -> CloudHost {
        guard let url = url ?? variable("DOCKERCLOUD_REST_HOST") else {
            throw CommandFailure(
                "Which server? Set DOCKERCLOUD_REST_HOST or give --host, for example --host https://cloud.example")
        }
        return try CloudHost(url)
    }

    func warnIfUnencrypted(_ host: CloudHost) {
        guard !host.isEncrypted, !host.isLoopback else { return }
        console.report("Warning: the key travels unencrypted to \(host); anybody on the way can read it. Use https if the server has it")
    }

    static var userAgent: String { "docker-cloud/\(DockerCloudTool.version)" }
}
