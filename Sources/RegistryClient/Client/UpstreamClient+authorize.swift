import Domain
import HTTPTypes
import Naming

extension UpstreamClient {
    /// - Parameter start: a token that was requested at this time or later is fresh.
    func authorize(
        _ request: UpstreamRequest, to repository: UpstreamRepository, by scheme: AuthenticationScheme, at endpoint: RegistryEndpoint,
        since start: ContinuousClock.Instant
    ) async throws(UpstreamError) -> Authorization {
        switch scheme {
        case .anonymous: return Authorization()
        case .basic:
            let receiver: TransportRequest.Login.Receiver = request.mountSource == nil ? .registry : .mount
            let use = LoginUse(request.loginPurpose, of: repository.name)
            var login = repository.credential.map { TransportRequest.Login($0, for: use, cause: cause, at: receiver) }
            // A refusal is followed by another request with the login.
            if use.purpose != .pull, request.mountSource == nil { login?.turn = LoginTurn() }
            return Authorization(value: repository.credential?.basic, login: login)
        case .bearer(let name, let service, let scope):
            let realm = try realm(name, of: endpoint, hiding: repository.secrets)
            let scope =
                scope ?? TokenScope(request.rights, on: repository.name.path, mountingFrom: request.mountSource)
            let (entry, key) = try await token(realm, service, scope, for: repository, isStream: request.forwardedBody != nil)
            return Authorization(value: entry.token.authorization, token: (entry.token, key), isFresh: entry.requested >= start)
        }
    }

    private func realm(
        _ name: String, of endpoint: RegistryEndpoint, hiding secrets: SecretsInUse
    ) throws(UpstreamError) -> TokenRealm {
        do throws(RealmError) {
            return try RealmRule(registry: endpoint).realm(named: name)
        } catch {
            throw .forbidden(error.text(for: endpoint.authority, hiding: secrets))
        }
    }

    private func token(
        _ realm: TokenRealm, _ service: String?, _ scope: TokenScope, for repository: UpstreamRepository, isStream: Bool
    ) async throws(UpstreamError) -> (TokenCache.Entry, TokenCache.Key) {
        let key = TokenCache.Key(
            credential: repository.reference, repository: repository.name, realm: realm, service: service, scope: scope)
        do {
            let entry = try await tokens.token(
                for: key, valid: isStream ? Self.reserveForStreams : TokenCache.reserve, requester: repository.requester
            ) { [self] in
                let client = TokenClient(transport: transport, requester: repository.requester, cause: cause, limit: responseLimit)
                return try await client.token(
                    TokenRequest(
                        repository: repository.name, realm: realm, service: service, scope: scope, credential: repository.credential,
                        secrets: repository.secrets))
            }
            repository.secrets.add(entry.token)
            return (entry, key)
        } catch {
            throw UpstreamError(error, of: .registry(repository.registry.authority))
        }
    }
}
