import Domain
import HTTPTypes
import Logging
import Naming
import Operations
import RegistryClient

/// The use of a repository that a request to its registry is sent for.
struct RepositoryUse: Sendable {
    let repository: Repository
    let use: ContentUse
    let caller: Caller
    let logger: Logger

    /// A result of the request that concerns the repository.
    enum Finding {
        /// - isContent: whether a client received content, or a manifest was stored.
        /// - isAuthenticated: whether the registry accepted the credential for it.
        case success(isContent: Bool, isAuthenticated: Bool)
        case denied
        case loginRefused(LoginRefusal)
    }
}

extension GatewayContext {
    /// Sends a request to the registry, and stores the findings about the repository and its credential.
    func send(
        _ request: UpstreamRequest, to upstreamRepository: UpstreamRepository, as use: RepositoryUse
    ) async throws -> UpstreamResponse {
        let response: UpstreamResponse
        do throws(UpstreamError) {
            response = try await upstream.send(request, to: upstreamRepository)
        } catch {
            switch error {
            case .loginRefused(let refusal):
                if use.use == .push, !refusal.isHeld { await note(.denied, use) }
                await note(.loginRefused(refusal), use)
            case .denied(let reason):
                await noteDenial(of: request, use)
                guard use.repository.credential == nil else { break }
                await note(.loginRefused(LoginRefusal(reason: reason)), use)
                throw GatewayError.withoutCredential(reason)
            default: break
            }
            throw error
        }
        switch response.status {
        case 200..<300 where request.method == .post && response.status != 201 && response.uploadLocation == nil:
            // No upload was started.
            break
        case 200..<300:
            access.note(.init(repository: use.repository.id, credential: use.repository.credential))
            await note(.success(isContent: false, isAuthenticated: response.isAuthenticated), use)
        case 401, 403:
            if !response.isRefusalElsewhere { await noteRefusal(response, to: request, use) }
        default: break
        }
        return response
    }

    private func noteRefusal(_ response: UpstreamResponse, to request: UpstreamRequest, _ use: RepositoryUse) async {
        if response.isDenial { await noteDenial(of: request, use) }
        if use.repository.credential == nil, response.status == 401, response.demandsLogin || response.isDenial {
            let reason: ErrorText = "\(use.repository.name.authority) requires a user name and a password"
            await note(.loginRefused(LoginRefusal(reason: reason)), use)
        } else if !response.isDenial {
            manifests.remove(of: use.repository.id)
        }
    }

    private func noteDenial(of request: UpstreamRequest, _ use: RepositoryUse) async {
        manifests.remove(of: use.repository.id)
        // The registry may refuse a mount because of the source repository, or a list although it allows pulls.
        if request.mountSource == nil, !request.isList { await note(.denied, use) }
    }

    /// Stores a finding. A failure of the store does not fail the request, which is recorded already.
    func note(_ finding: RepositoryUse.Finding, _ use: RepositoryUse) async {
        do {
            switch finding {
            case .success(let isContent, let isAuthenticated):
                try await backend.noteSuccess(
                    of: use.use, isContent: isContent, isAuthenticated: isAuthenticated, on: use.repository, by: use.caller)
            case .denied: try await backend.noteDenied(use.use, on: use.repository)
            case .loginRefused(let refusal):
                manifests.remove(of: use.repository.id)
                // No request was sent, and there is no new finding.
                guard !refusal.isHeld else { return }
                try await backend.noteRefusedLogin(
                    refusal.reason, isConfirmed: refusal.isConfirmed, isOfLogin: refusal.isOfLogin, on: use.repository)
            }
        } catch is CancellationError {
            // The client disconnected.
        } catch {
            use.logger.error("cannot store the state of a repository", metadata: ["error": "\(error)"])
        }
    }
}
