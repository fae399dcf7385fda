import Domain
import HTTPTypes
package import NIOCore
import Naming

/// The client of the distribution API, for the gateway and for verifications: authenticates as each repository demands it, stores tokens while
/// they are valid, and follows redirects of downloads.
///
/// Authentication, scopes, URLs, retries and redirects are decided by values (``AuthenticationDecision``, ``TokenScope``, ``RegistryURL``,
/// ``Redirect``); this class performs them.
package final class UpstreamClient: Sendable {
    let transport: AsyncHTTPClientTransport
    package let limits: UpstreamLimits
    let cause: LoginCause
    private let deadline: NIODeadline
    let tokens = TokenCache()
    let challenges = ChallengeCache()
    let pings = PingCache()

    /// The validity that a token must still have for a request that cannot be repeated.
    static let reserveForStreams = Duration.seconds(60)
    private static let attemptLimit = 4

    /// - Parameters:
    ///   - cause: why logins are sent.
    ///   - deadline: for everything that this client does.
    package init(
        transport: AsyncHTTPClientTransport, limits: UpstreamLimits = UpstreamLimits(), cause: LoginCause = .use,
        deadline: NIODeadline = .distantFuture
    ) {
        self.transport = transport
        self.limits = limits
        self.cause = cause
        self.deadline = deadline
    }

    /// The time that a response may take now.
    var responseLimit: TimeAmount { min(limits.response, deadline - .now()) }

    /// Sends a request, as often as authentication and redirects demand it.
    ///
    /// - Returns: the registry's response, whatever its status.
    package func send(_ request: UpstreamRequest, to repository: UpstreamRepository) async throws(UpstreamError) -> UpstreamResponse {
        do throws(UpstreamError) {
            let ping = try await ping(repository.registry, for: repository.requester)
            if request.forwardedBody != nil { try await learnScheme(for: request, to: repository, ping) }
            return try await exchange(request, with: repository, ping)
        } catch {
            request.forwardedBody?.close()
            throw error
        }
    }

    /// Finds out how the registry authenticates a request that cannot be repeated, by a request that can.
    private func learnScheme(
        for request: UpstreamRequest, to repository: UpstreamRepository, _ ping: Ping
    ) async throws(UpstreamError) {
        guard request.isPartOfUpload else { return }
        switch knownScheme(for: request, to: repository) {
        case nil: break
        case .anonymous? where repository.credential != nil && challenges[key(request, repository)] == nil: break
        default: return
        }
        let question = UpstreamRequest(.get, request.target, rights: request.rights)
        do throws(UpstreamError) {
            let response = try await exchange(question, with: repository, ping)
            await response.discardBody()
        } catch {
            switch error {
            // Not every registry answers this.
            case .unreachable, .timedOut: return
            default: throw error
            }
        }
    }

    private func exchange(
        _ request: UpstreamRequest, with repository: UpstreamRepository, _ ping: Ping
    ) async throws(UpstreamError) -> UpstreamResponse {
        let key = key(request, repository)
        let started = ContinuousClock.now
        let known = knownScheme(for: request, to: repository)
        var hint = SchemeHint(ping.scheme, for: request, to: repository, isKnown: known != nil)
        var scheme = known ?? hint.first
        var attempts: [AuthenticationDecision.Attempt] = []
        while true {
            let authorization: Authorization
            do throws(UpstreamError) {
                authorization = try await authorize(request, to: repository, by: scheme, at: ping.endpoint, since: started)
            } catch {
                guard hint.isDropped(after: error, for: scheme) else { throw error }
                scheme = .anonymous
                continue
            }
            let response = try await exchangeOnce(request, with: repository, at: ping.endpoint, authorization)
            attempts.append(.init(scheme: scheme, isAuthenticated: authorization.value != nil, isFresh: authorization.isFresh))
            let decision = AuthenticationDecision(
                after: attempts, status: response.status, challenges: response.challenges, rights: request.rights,
                path: repository.name.path, hasCredential: repository.credential != nil)
            if decision == .accept, let next = hint.next(after: response.status) {
                await response.discardBody()
                scheme = next
                continue
            }
            await learn(from: response, to: request, of: repository, authorization, scheme)
            guard case .authenticate(let next) = decision, attempts.count < Self.attemptLimit else {
                return try await final(response, to: request, of: repository, at: ping.endpoint, authorization)
            }
            guard request.forwardedBody == nil else {
                // The next attempt of the client is authenticated, with a new token.
                challenges.store(next, for: key)
                guard authorization.value == nil || !authorization.isFresh else {
                    return try await final(response, to: request, of: repository, at: ping.endpoint, authorization)
                }
                await response.discardBody()
                let demand = authorization.value == nil ? "authentication" : "another token"
                throw .failed("\(ping.endpoint.authority): it demands \(demand) in the middle of an upload", retryAfter: "1")
            }
            // Releases the connection before the next request needs one.
            await response.discardBody()
            challenges.store(next, for: key)
            try hint.settle(for: next)
            scheme = next
        }
    }

    private func learn(
        from response: UpstreamResponse, to request: UpstreamRequest, of repository: UpstreamRepository, _ authorization: Authorization,
        _ scheme: AuthenticationScheme
    ) async {
        let key = key(request, repository)
        switch response.status {
        case 401:
            challenges.remove(key)
            if request.isPartOfUpload { challenges.remove(key.ofBeginning) }
            if let (token, key) = authorization.token { await tokens.remove(token, for: key) }
        case ..<400, 404: challenges.store(scheme, for: key)
        // Not every registry answers the question for an upload's state.
        case 405 where authorization.value != nil: challenges.store(scheme, for: key)
        default: break
        }
    }

    /// Raises a refused login as an error, and follows redirects.
    private func final(
        _ response: UpstreamResponse, to request: UpstreamRequest, of repository: UpstreamRepository, at endpoint: RegistryEndpoint,
        _ authorization: Authorization
    ) async throws(UpstreamError) -> UpstreamResponse {
        if let refusal = response.refusal {
            let body = (try? await response.beginning(within: min(limits.error, .nanoseconds(responseLimit.nanoseconds / 4)))) ?? []
            let reason = "\(endpoint.authority): \(UpstreamErrorResponse(response, bytes: body, of: repository).sentence)"
            if request.loginPurpose != .pull, !refusal.isOfLogin { try await checkLogin(refusedFor: reason, of: repository, at: endpoint) }
            throw .loginRefused(LoginRefusal?(refusal).explained(by: reason))
        }
        let isDownload = request.rights == .pull && [.get, .head].contains(request.method)
        guard isDownload else { return response }
        return try await follow(response, to: request, of: repository, at: endpoint, authorization)
    }

    /// Some registries respond with 401 to pushes or lists of a login that may only pull. Whether the login is right is then found out by a request that
    /// reads, as with tokens.
    ///
    /// - Throws: the refusal of the push or list where the login may read, or that of the login. Returns where the response shows neither.
    private func checkLogin(
        refusedFor reason: String, of repository: UpstreamRepository, at endpoint: RegistryEndpoint
    ) async throws(UpstreamError) {
        let request = UpstreamRequest(.head, .resource("manifests/latest"), fields: [.accept: "*/*"], rights: .pull)
        var authorization = try await authorize(request, to: repository, by: .basic, at: endpoint, since: .now)
        authorization.login?.isFollowUp = true
        guard let login = authorization.login else { return }
        let response: UpstreamResponse
        do throws(UpstreamError) {
            response = try await exchangeOnce(request, with: repository, at: endpoint, authorization)
        } catch {
            guard case .loginRefused = error else { return }
            throw error
        }
        await response.discardBody()
        if let refusal = response.refusal { throw .loginRefused(LoginRefusal?(refusal).explained(by: reason)) }
        if login.isAccepted(by: response.status, response.challenges) == true { throw .denied(reason) }
    }

    private func exchangeOnce(
        _ request: UpstreamRequest, with repository: UpstreamRepository, at endpoint: RegistryEndpoint, _ authorization: Authorization
    ) async throws(UpstreamError) -> UpstreamResponse {
        let target =
            switch request.target {
            case .resource(let resource): "/v2/\(repository.name.path)/\(resource)"
            case .location(let location): location.text
            }
        var sent = TransportRequest(request.method, target, at: endpoint, limit: responseLimit)
        sent.head.headerFields.append(contentsOf: request.fields)
        sent.authorization = authorization.value
        sent.login = authorization.login
        sent.body = request.body
        var response = try await send(sent, to: endpoint, for: repository)
        response.isAuthenticated = authorization.value != nil
        if let (token, key) = authorization.token {
            response.token = (token, key.realm)
        }
        return response
    }

    func send(
        _ request: TransportRequest, to endpoint: RegistryEndpoint, for repository: UpstreamRepository, isRedirect: Bool = false
    ) async throws(UpstreamError) -> UpstreamResponse {
        do throws(TransportError) {
            return try await transport.send(request, to: endpoint, for: repository.requester)
        } catch {
            throw repository.error(error, redirectingTo: isRedirect ? endpoint : nil)
        }
    }

    /// How the repository authenticated the last request of this kind. Registries may begin an upload without authentication and demand it for
    /// the rest; a scheme that authenticated the beginning is also that of the rest.
    private func knownScheme(for request: UpstreamRequest, to repository: UpstreamRepository) -> AuthenticationScheme? {
        let key = key(request, repository)
        guard request.isPartOfUpload, let beginning = challenges[key.ofBeginning] else { return challenges[key] }
        return beginning == .anonymous ? challenges[key] ?? beginning : beginning
    }

    private func key(_ request: UpstreamRequest, _ repository: UpstreamRepository) -> ChallengeCache.Key {
        ChallengeCache.Key(
            registry: repository.registry, repository: repository.name, credential: repository.reference, rights: request.rights,
            resource: request.kind)
    }
}

// Memory for manifests.
extension UpstreamClient {
    /// Reserves memory for a manifest, in bytes; nil for one that is too small to count.
    package func holdManifest(_ bytes: Int, for requester: Requester) async throws -> FairLimiter.Permit? {
        try await transport.limits.holdManifest(bytes, for: requester)
    }

    /// Reserves memory that is free now; nil also if there is none.
    package func holdManifestNow(_ bytes: Int, for requester: Requester) -> FairLimiter.Permit? {
        isCounted(manifestOf: bytes) ? transport.limits.manifests.acquireNow(bytes, for: requester) : nil
    }

    /// Whether a manifest of this size counts against the memory limit.
    package func isCounted(manifestOf bytes: Int) -> Bool { RegistryLimits.isCounted(manifestOf: bytes) }
}
