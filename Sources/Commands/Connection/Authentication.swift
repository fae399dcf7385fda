import DockerCloud

/// Which of the credentials that lie around is the one to use. The order is that of the first docker-cloud command.
enum Authentication {
    static func choose(
        for host: CloudHost, _ surroundings: Surroundings, logins: () throws -> StoredLogins
    ) throws -> Authorization {
        if let header = surroundings.variable("DOCKERCLOUD_AUTH") { return try .verbatim(header) }
        if let user = surroundings.variable("DOCKERCLOUD_USER"),
            let key = surroundings.variable("DOCKERCLOUD_APIKEY") ?? surroundings.variable("DOCKERCLOUD_PASS")
        {
            return try .basic(user: user, key: key)
        }
        guard let login = try logins()[host] else {
            throw OperationFailure(
                "There is no credential for \(host): run 'docker-cloud login \(host)', or set DOCKERCLOUD_USER and DOCKERCLOUD_APIKEY")
        }
        return try .basic(user: login.username, key: login.key)
    }
}
