import Domain
import HTTPSupport
import HTTPTypes
import Naming
import Operations
import RegistryClient

// Mounting blobs of other repositories (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#mounting-a-blob-from-another-repository).
extension RepositoryProxy {
    /// Asks the registry to mount a blob, where the caller may pull it and both repositories have the same login.
    ///
    /// - Returns: the response to a successful mount (201), or the upload that the registry began instead (202); nil for every other result,
    ///   after which an upload is to be begun.
    func mount(_ digest: ContentDigest, from source: String) async throws -> UpstreamResponse? {
        guard let source = GatewayName(parsing: source, on: call.target.query["ns"]),
            source.repository.authority == name.repository.authority, client.mayAsk(.pull, of: source),
            let found = try? await handler.backend.checkUse(.pull, of: source.repository, in: source.namespace, by: client.caller)
                .repository,
            let target = try? await upstreamRepository(),
            let other = try? await handler.backend.openUpstream(of: found, by: client.caller), other.hasSameLogin(as: target)
        else { return nil }
        let path = source.repository.path
        let request = UpstreamRequest(
            .post, .resource("blobs/uploads/?mount=\(digest)&from=\(path)"), rights: .pullAndPush, mountSource: path)
        do {
            let response = try await send(request)
            if response.status == 201 || response.status == 202 && response.uploadLocation != nil { return response }
            if response.status == 429 { throw try await error(of: response) }
            await response.discardBody()
        } catch let error as UpstreamError {
            // Mounting saves an upload, and its failure says nothing about the upload, unless it concerns every request.
            switch error {
            case .throttled, .limited: throw error
            // A realm may refuse a token for two repositories, and make one for each.
            case .loginRefused(let refusal) where refusal.isOfLogin: throw error
            default: break
            }
        }
        return nil
    }
}

extension GatewayHandler {
    /// Demands a token for the source of a mount as well, once: where the caller may pull from it and the token was requested without it.
    func checkMountScope(_ call: Call, by client: AuthenticatedClient, to target: GatewayName) async throws {
        guard client.access != nil, call.target.query["mount"] != nil,
            let source = call.target.query["from"].flatMap({ GatewayName(parsing: $0, on: call.target.query["ns"]) }),
            !client.hasAsked(of: source),
            let found = try? await backend.checkUse(.pull, of: source.repository, in: source.namespace, by: client.caller),
            found.repository != nil
        else { return }
        throw challenge(call, for: [(target, .push), (source, .pull)], .insufficientScope)
    }
}
