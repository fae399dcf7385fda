import DockerCloud
import Glibc
import Naming

/// The server, the credential and the name of the agent.
struct AgentSettings: Sendable {
    let host: CloudHost
    let authorization: Authorization
    let name: AgentName
    let source: Source

    enum Source: Hashable, Sendable {
        case engine(EngineAddress)
        case kubernetes(ClusterAccess)
    }
}

extension AgentSettings {
    /// - Parameters:
    ///   - environment: the variables of all clients: `DOCKERCLOUD_REST_HOST`, and `DOCKERCLOUD_AUTH` or `DOCKERCLOUD_USER` with
    ///     `DOCKERCLOUD_APIKEY` or `DOCKERCLOUD_PASS`. Empty variables count as unset.
    ///   - hostName: the default name of an agent.
    init(
        engine: String, isKubernetes: Bool, name: String?, environment: [String: String], hostName: String?
    ) throws(AgentFailure) {
        let environment = environment.filter { !$0.value.isEmpty }
        guard let url = environment["DOCKERCLOUD_REST_HOST"] else {
            throw AgentFailure("No server is set. Set DOCKERCLOUD_REST_HOST, for example to https://cloud.example")
        }
        let authorization = try Self.authorization(environment)
        if isKubernetes, name == nil { throw AgentFailure("Give the cluster a name with --name, for example --name production") }
        let source: Source =
            isKubernetes ? .kubernetes(try ClusterAccess(environment: environment)) : .engine(try EngineAddress(parsing: engine))
        do {
            let host = try CloudHost(url)
            self.init(host: host, authorization: authorization, name: try Self.name(name ?? hostName ?? ""), source: source)
        } catch let error as AgentFailure {
            throw error
        } catch {
            throw AgentFailure("\(error)")
        }
    }

    private static func authorization(_ environment: [String: String]) throws(AgentFailure) -> Authorization {
        do {
            if let header = environment["DOCKERCLOUD_AUTH"] { return try .verbatim(header) }
            if let user = environment["DOCKERCLOUD_USER"], let key = environment["DOCKERCLOUD_APIKEY"] ?? environment["DOCKERCLOUD_PASS"] {
                return try .basic(user: user, key: key)
            }
        } catch {
            throw AgentFailure("\(error)")
        }
        throw AgentFailure("No credential is set. Set DOCKERCLOUD_USER and DOCKERCLOUD_APIKEY; the key needs the scope service:report")
    }

    private static func name(_ text: String) throws(AgentFailure) -> AgentName {
        do {
            return try AgentName(parsing: text)
        } catch {
            throw AgentFailure("The agent cannot be named '\(text.onOneLine)': \(error). Choose a name with --name")
        }
    }

    /// The name of this machine; nil if it has none.
    static func hostName() -> String? {
        var bytes = [CChar](repeating: 0, count: 256)
        guard gethostname(&bytes, bytes.count - 1) == 0 else { return nil }
        return String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
