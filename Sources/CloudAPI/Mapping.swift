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
    /// Parses the `registry` filter: a resource URI, as documented, or a host.
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

extension UserBody {
    init(_ account: Account) {
        let name = account.name.namespace
        self.init(
            created: WireCoding.text(account.created), isAdministrator: account.isAdministrator, isDisabled: account.isDisabled,
            name: name.description, resourceURI: APIPath(.user(name)).description)
    }
}

extension OrganizationBody {
    init(_ membership: Membership) {
        let organization = membership.organization
        self.init(
            created: WireCoding.text(organization.created), name: organization.name.description,
            permission: membership.permission.rawValue, resourceURI: APIPath(.organization(organization.name)).description)
    }
}

extension MemberBody {
    init(_ membership: Membership) {
        let (name, organization) = (membership.account.name.namespace, membership.organization.name)
        self.init(
            created: WireCoding.text(membership.created), name: name.description,
            organization: APIPath(.organization(organization)).description, permission: membership.permission.rawValue,
            resourceURI: APIPath(.member(name, of: organization)).description)
    }
}

extension RobotBody {
    init(_ membership: Membership) {
        let (account, organization) = (membership.account, membership.organization.name)
        self.init(
            account: account.name.description, created: WireCoding.text(account.created),
            name: account.name.robot?.description ?? "", organization: APIPath(.organization(organization)).description,
            permission: membership.permission.rawValue,
            resourceURI: account.name.robot.map { APIPath(.robot($0), in: organization).description } ?? "")
    }
}

extension ServiceBody {
    init(_ service: Service) {
        let image = service.image
        self.init(
            uuid: service.id.uuidString.lowercased(), resourceURI: APIPath(.service(service.id), in: service.namespace).description,
            name: service.name.description, imageName: image.isTagImplied ? "\(image.text):latest" : image.text,
            repository: image.reference.repository.description, imageTag: image.reference.effectiveTag,
            imageDigest: image.reference.digest?.description, state: service.state.rawValue,
            currentContainers: service.containers.current, runningContainers: service.containers.running,
            targetContainers: service.containers.target, deployed: service.source?.deployed.map(WireCoding.text),
            stack: service.source?.stack?.description, kind: service.source?.kind.rawValue,
            agent: service.source.map { APIPath(.agent($0.agent), in: service.namespace).description },
            agentName: service.source?.agentName.description, isStale: service.source?.isStale ?? false,
            reported: service.source.map { WireCoding.text($0.reported) }, created: WireCoding.text(service.created),
            modified: WireCoding.text(service.modified))
    }
}

extension AgentBody {
    init(_ aged: AgedAgent) {
        let agent = aged.agent
        self.init(
            account: agent.accountName.description, created: WireCoding.text(agent.created), engine: agent.report.engine.rawValue,
            isStale: aged.isStale, name: agent.name.description, reported: WireCoding.text(agent.report.date),
            resourceURI: APIPath(.agent(agent.id), in: aged.namespace).description, services: agent.services,
            uuid: agent.id.uuidString.lowercased())
    }
}

extension APIKeyBody {
    init(_ key: APIKey, of account: Account, secret: APIKeySecret? = nil) {
        self.init(
            account: account.name.description, created: WireCoding.text(key.created), expires: key.expires.map(WireCoding.text),
            id: key.id, key: secret?.revealed(), label: key.label, lastUsed: key.lastUsed.map(WireCoding.text),
            madeWith: key.madeWith, namespace: key.restriction.namespace?.description, renews: key.renews,
            repositories: key.restriction.repositories.map(\.description),
            resourceURI: APIPath(.apiKey(key.id)).description, revoked: key.revoked.map(WireCoding.text),
            scopes: key.scopes.map(\.rawValue).sorted())
    }
}

extension KeyRevocationBody {
    init(_ revocation: Revocation) {
        self.init(
            revoked: revocation.revoked,
            remaining: revocation.remaining.map {
                RemainingKey(account: $0.account.name.description, id: $0.key.id, label: $0.key.label)
            })
    }
}
