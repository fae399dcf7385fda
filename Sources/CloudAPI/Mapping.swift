package import Domain
import FoundationEssentials
import HTTPSupport
import HTTPTypes
import Naming
import Operations
package import Wire

extension RepositoryBody {
    init(_ repository: Repository) {
        let verification = repository.verification
        self.init(
            inUse: repository.isInUse, name: repository.name.description,
            registry: APIPath(.registry(repository.name.authority), in: repository.namespace).description,
            resourceURI: APIPath(.repository(repository.name), in: repository.namespace).description,
            state: verification.state.rawValue, stateReason: verification.reason,
            granted: Granted(pull: verification.granted.pull.rawValue, push: verification.granted.push.rawValue),
            checked: verification.checked.map(WireCoding.text), created: WireCoding.text(repository.created),
            modified: WireCoding.text(repository.modified), lastPull: repository.lastPull.map { WireCoding.text($0.date) },
            lastPullAccount: repository.lastPull?.account, lastPush: repository.lastPush.map { WireCoding.text($0.date) },
            lastPushAccount: repository.lastPush?.account)
    }
}

extension CredentialInput {
    init(_ request: RepositoryRequest) {
        self.init(username: request.username.map(Secret.init), password: request.password.map(Secret.init))
    }
}

extension RegistryBody {
    init(_ registry: Registry, in namespace: NamespaceName) {
        let networks = registry.trust.networks.map(\.description).sorted()
        let blobHosts = registry.trust.blobHosts.map(\.description).sorted()
        self.init(
            host: registry.apiHost, isDockerRegistry: registry.authority.isDockerHub, isSSL: registry.isSSL, name: registry.name,
            port: registry.port, resourceURI: APIPath(.registry(registry.authority), in: namespace).description,
            isTrusted: registry.trust.isApproved || !networks.isEmpty, plainHTTP: registry.trust.isPlainHTTP,
            caCertificate: registry.trust.certificateAuthorities, realm: registry.trust.realm,
            trustedNetworks: registry.trust.isApproved || networks.isEmpty ? nil : networks, blobHosts: blobHosts.isEmpty ? nil : blobHosts)
    }
}

extension RegistryAuthority {
    /// The registry that a filter means: by its resource URI, as documented, or by its host.
    static func filter(_ text: String) throws(RequestError) -> (namespace: NamespaceName?, authority: RegistryAuthority) {
        if let path = try? APIPath(parsing: text), case .registry(let authority) = path.resource { return (path.namespace, authority) }
        guard let authority = try? RegistryAuthority(parsing: text) else {
            throw .invalid("registry must be a registry's resource URI, such as /api/repo/v1/registry/registry.example/")
        }
        return (nil, authority)
    }
}

extension ActionBody {
    package init(_ action: Action) {
        self.init(
            action: action.kind.rawValue, attempts: action.attempts, endDate: WireCoding.text(action.ended),
            ip: action.origin.address, isUserAction: action.origin.isUserAction, keyID: action.origin.keyID, location: "",
            method: action.origin.method, object: action.object.path(in: action.namespace),
            path: action.origin.path, reason: action.reason, reference: action.reference,
            resourceURI: APIPath(.action(action.id), in: action.namespace).description,
            startDate: WireCoding.text(action.started), state: action.state.rawValue, status: action.status, user: action.origin.user,
            userAgent: action.origin.userAgent, uuid: action.id.uuidString.lowercased())
    }
}

extension Recorded {
    /// The header fields of a response to a change.
    func headers(location: String? = nil) -> HTTPFields {
        var headers = HTTPFields()
        if let action { headers[Header.actionURIName] = APIPath(.action(action.id), in: action.namespace).description }
        if let location { headers[.location] = location }
        return headers
    }
}
