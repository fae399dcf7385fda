import FoundationEssentials

/// How a pod reaches the API of its cluster
/// (https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/#directly-accessing-the-rest-api).
struct ClusterAccess: Hashable, Sendable {
    /// `https://10.96.0.1:443`
    let url: String
    /// The folder with the token, the certificate authority and the namespace of the pod.
    let folder: String
    /// The namespace of the agent's pod.
    let namespace: String
    /// Identifies the cluster.
    let instance: String

    static let defaultFolder = "/var/run/secrets/kubernetes.io/serviceaccount"

    var authorityFile: String { "\(folder)/ca.crt" }

    init(environment: [String: String], folder: String = defaultFolder) throws(AgentFailure) {
        guard let host = environment["KUBERNETES_SERVICE_HOST"], !host.isEmpty else {
            throw AgentFailure("KUBERNETES_SERVICE_HOST is not set: --kubernetes works in a pod of the cluster only")
        }
        let port = environment["KUBERNETES_SERVICE_PORT"].flatMap { UInt16($0) } ?? 443
        try self.init(url: "https://\(host.contains(":") ? "[\(host)]" : host):\(port)", folder: folder)
    }

    init(url: String, folder: String) throws(AgentFailure) {
        self.url = url
        self.folder = folder
        namespace = try Self.text("\(folder)/namespace")
        // Each cluster has its own authority.
        instance = MachineIdentity.code(for: "lighterman-agent kubernetes", key: Array(try Self.text("\(folder)/ca.crt").utf8))
    }

    /// The token, which the kubelet replaces regularly.
    func token() throws(AgentFailure) -> String { try Self.text("\(folder)/token") }

    private static func text(_ path: String) throws(AgentFailure) -> String {
        let bytes = FileManager.default.contents(atPath: path) ?? Data()
        let text = String(decoding: bytes.prefix(1 << 20), as: UTF8.self).split(separator: "\n").joined(separator: "\n")
        guard !text.isEmpty else { throw AgentFailure("\(path) is missing or empty: the pod needs a service account with a token") }
        return text
    }
}
