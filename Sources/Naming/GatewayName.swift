/// The name of a repository at the gateway: `[namespace/]host[_port]/path`. An underscore precedes the registry's port, because a
/// repository name cannot contain a colon, and a host cannot contain an underscore.
package struct GatewayName: Hashable, Sendable {
    /// nil for the caller's own namespace.
    package let namespace: NamespaceName?
    package let repository: RepositoryName

    package init(namespace: NamespaceName?, repository: RepositoryName) {
        self.namespace = namespace
        self.repository = repository
    }

    /// - Parameter registry: the registry if the name may omit it, as containerd sends it in `?ns=`
    ///   (https://github.com/containerd/containerd/blob/main/docs/hosts.md). With `override_path` it sends both.
    package init?(parsing text: some StringProtocol, on registry: String? = nil) {
        if let registry, let whole = GatewayName(parsing: text), whole.repository.authority == (try? RegistryAuthority(parsing: registry)) {
            self = whole
            return
        }
        var components = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }[...]
        var namespace: NamespaceName?
        if registry == nil, let first = components.first, !Self.isHost(first) {
            guard let name = try? NamespaceName(parsing: first) else { return nil }
            namespace = name
            components.removeFirst()
        }
        guard let host = registry ?? components.popFirst().flatMap(Self.authority), !components.isEmpty,
            let authority = try? RegistryAuthority(parsing: host),
            let repository = try? RepositoryName(parsing: "\(authority)/\(components.joined(separator: "/"))"),
            // A single word is not parsed as a host: the repository would be on Docker Hub.
            repository.authority == authority
        else { return nil }
        self.init(namespace: namespace, repository: repository)
    }

    private static func isHost(_ component: String) -> Bool {
        component.utf8.contains(UInt8(ascii: ".")) || component.utf8.contains(UInt8(ascii: "_")) || component == "localhost"
    }

    private static func authority(_ component: String) -> String? {
        guard !component.utf8.contains(UInt8(ascii: ":")) else { return nil }
        guard let underscore = component.lastIndex(of: "_") else { return component }
        return "\(component[..<underscore]):\(component[component.index(after: underscore)...])"
    }
}

extension GatewayName: CustomStringConvertible {
    package var description: String {
        let host = repository.authority.description.replacing(":", with: "_")
        return "\(namespace.map { "\($0)/" } ?? "")\(host)/\(repository.path)"
    }
}
