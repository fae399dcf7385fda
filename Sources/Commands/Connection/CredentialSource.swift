import DockerCloud

/// Which of the credentials that lie around is the one to use. The order is that of the first docker-cloud command.
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
