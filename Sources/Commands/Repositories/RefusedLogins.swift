import DockerCloud

/// Records which registries refused the login of an update, so that it is not sent to them again: many registries lock an account
/// after a few wrong logins.
struct RefusedLogins {
    private let change: CredentialOptions.Pair
    private let server: CloudHost
    private var registries: Set<String> = []
    /// The marks of the stored user names that a registry refused, if the update leaves them unchanged.
    private var users: [String: [String]] = [:]

    init(of change: CredentialOptions.Pair, through server: CloudHost) {
        self.change = change
        self.server = server
    }

    /// - Throws: ``CommandFailure`` if the registry of this repository has refused the login.
    func check(_ name: String) throws {
        let registry = registry(of: name)
        guard registries.contains(registry) else { return }
        throw Self.omission(registry, subject)
    }

    /// The marks of user names that are not to be sent to the registry of this repository.
    func users(on name: String) -> [String] { users[registry(of: name)] ?? [] }

    /// The failure for a repository whose stored user name the registry refused before; nil for any other error.
    func omission(_ error: DockerCloudError, of name: String) -> CommandFailure? {
        error.code == .credentialWithheld ? Self.omission(registry(of: name), "user name and password") : nil
    }

    private static func omission(_ registry: String, _ subject: String) -> CommandFailure {
        CommandFailure("\(registry) rejected the same \(subject) before. Nothing was sent. Use --keep-going to try all repositories.")
    }

    /// Records the registry of this repository if the error means that it refused the login.
    mutating func record(_ error: DockerCloudError, for name: String) {
        guard sendsLogin, error.code == .credentialRejected else { return }
        if change.username == nil, let user = error.refusedUser {
            users[registry(of: name), default: []].append(user)
        } else {
            registries.insert(registry(of: name))
        }
    }

    /// False for an update to a public repository, which sends no login.
    private var sendsLogin: Bool { change != CredentialOptions.Pair(username: "", password: "") }

    /// The part of the login that all repositories of the update share; the other part may differ.
    private var subject: String {
        if change.username == nil { return "password" }
        return change.password == nil ? "user name" : "login"
    }

    private func registry(of name: String) -> String {
        let first = name.prefix { $0 != "/" }
        guard first.count < name.count, let route = try? GatewayRoute(to: String(first), through: server) else { return Self.dockerHub }
        return route.registry
    }

    /// Names that do not start with a registry are on Docker Hub.
    private static let dockerHub = "docker.io"
}
