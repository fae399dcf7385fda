import DockerCloud

/// The accounts that `docker-cloud login` stored, one a server.
struct StoredLogins: Codable, Equatable {
    private var hosts: [String: Login] = [:]

    struct Login: Codable, Equatable {
        var username: String
        var key: String

        enum CodingKeys: String, CodingKey {
            case username
            case key = "apikey"
        }
    }

    subscript(host: CloudHost) -> Login? {
        get { hosts[host.description] }
        set { hosts[host.description] = newValue }
    }
}

extension StoredLogins.Login: CustomStringConvertible, CustomReflectable {
    var description: String { username }
    var customMirror: Mirror { Mirror(self, children: ["username": username]) }
}
