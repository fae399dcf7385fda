import Domain
import HTTPTypes
package import NIOCore
import Naming

/// A client of the distribution API, for the gateway and for verifications. It authenticates as each repository demands, caches tokens
/// while they are valid, and follows redirects of downloads.
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
    ///   - cause: the reason for sending logins.
    ///   - deadline: for all requests of this client.
    package init(
        transport: AsyncHTTPClientTransport, limits: UpstreamLimits = UpstreamLimits(), cause: LoginCause = .use,
        deadline: NIODeadline = .distantFuture
    ) {
        self.transport = transport
        self.limits = limits
        self.cause = cause
        self.deadline = deadline
    }

    /// The time limit for the next response.
    var responseLimit: TimeAmount { min(limits.response, deadline - .now()) }

    /// Sends a request, as often as authentication and redirects require.
    ///
    /// - Returns: the registry's response, with any status.
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

    /// Determines the authentication scheme of a request that cannot be repeated, by sending a request that can.
    private func learnScheme(
        for request: UpstreamRequest, to repository: UpstreamRepository, _ ping: Ping
    ) async throws(UpstreamError) {
        guard request.isPartOfUpload else { return }
        switch knownScheme(for: request, to: repository) {
        case nil: break
        case .anonymous? where repository.credential != nil && challenges[key(request, repository)] == nil: break
        default: return
        }
        let probe = UpstreamRequest(.get, request.target, rights: request.rights)
        do throws(UpstreamError) {
            let response = try await exchange(probe, with: repository, ping, isProbe: true)
            await response.discardBody()
        } catch {
            switch error {
            // Not every registry responds to this request.
            case .unreachable, .timedOut: return
            default: throw error
            }
        }
    }

    /// - Parameter isProbe: whether only the scheme counts, and not the response.
    private func exchange(
        _ request: UpstreamRequest, with repository: UpstreamRepository, _ ping: Ping, isProbe: Bool = false
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
            var response = try await exchangeOnce(request, with: repository, at: ping.endpoint, authorization)
            attempts.append(.init(scheme: scheme, isAuthenticated: authorization.value != nil, isFresh: authorization.isFresh))
            var decision = decision(after: attempts, response, to: request, of: repository)
            if decision == .accept, let next = hint.next(after: response.status) {
                await response.discardBody()
                scheme = next
                continue
            }
            if request.isDownload {
                response = try await follow(response, to: request, of: repository, at: ping.endpoint, authorization)
                decision = self.decision(after: attempts, response, to: request, of: repository)
            }
            if !hint.isDropped || scheme != .anonymous { await learn(from: response, to: request, of: repository, authorization, scheme) }
            guard case .authenticate(let next) = decision, attempts.count < Self.attemptLimit else {
                return try await final(response, to: request, of: repository, at: ping.endpoint, authorization, isProbe ? nil : hint)
            }
            guard request.forwardedBody == nil else {
                // The next attempt of the client is authenticated, with a new token.
                challenges.store(next, for: key)
                guard authorization.value == nil || !authorization.isFresh else {
                    return try await final(response, to: request, of: repository, at: ping.endpoint, authorization, hint)
                }
                await response.discardBody()
                let demand = authorization.value == nil ? "authentication" : "another token"
                throw .failed(RequestedHost.registry(ping.endpoint.authority).text(.interruptsUpload(demand: demand)), retryAfter: "1")
            }
            // Releases the connection before the next request needs one.
            await response.discardBody()
            challenges.store(next, for: key)
            try hint.settle(for: next)
            scheme = next
        }
    }

    /// Another origin that a redirect led to did not receive the credential: its challenges do not count.
    private func decision(
        after attempts: [AuthenticationDecision.Attempt], _ response: UpstreamResponse, to request: UpstreamRequest,
        of repository: UpstreamRepository
    ) -> AuthenticationDecision {
        guard response.redirectHost == nil else { return .accept }
        return AuthenticationDecision(
            after: attempts, status: response.status, challenges: response.challenges, rights: request.rights, path: repository.name.path,
            hasCredential: repository.credential != nil)
    }

    private func learn(
        from response: UpstreamResponse, to request: UpstreamRequest, of repository: UpstreamRepository, _ authorization: Authorization,
        _ scheme: AuthenticationScheme
    ) async {
        let key = key(request, repository)
        switch response.redirectHost == nil ? response.status : 307 {
        case 401:
            challenges.remove(key)
            if request.isPartOfUpload { challenges.remove(key.ofUploadStart) }
            if let (token, key) = authorization.token { await tokens.remove(token, for: key) }
        case ..<400: challenges.store(scheme, for: key)
        // A registry may hide from anonymous clients what exists. Not every registry supports the request for an upload's state (405).
        case 404 where authorization.value != nil, 405 where authorization.value != nil: challenges.store(scheme, for: key)
        default: break
        }
    }

    /// Throws an error for a refused login, or the failure of the hint's realm if the anonymous response must not replace it.
    private func final(
        _ response: UpstreamResponse, to request: UpstreamRequest, of repository: UpstreamRepository, at endpoint: RegistryEndpoint,
        _ authorization: Authorization, _ hint: SchemeHint?
    ) async throws(UpstreamError) -> UpstreamResponse {
        if let failure = hint?.failure(insteadOf: response.status, isList: request.isList, isAnonymous: authorization.value == nil) {
            await response.discardBody()
            throw failure
        }
        if let refusal = response.refusal {
            let body = (try? await response.beginning(within: min(limits.error, .nanoseconds(responseLimit.nanoseconds / 4)))) ?? []
            let error = UpstreamErrorResponse(response, bytes: body, of: repository, because: cause)
            if request.loginPurpose != .pull, !refusal.isOfLogin {
                try await checkLogin(refusedWith: error, of: repository, at: endpoint, authorization.login?.turn)
            }
            throw .loginRefused(LoginRefusal?(refusal).explained(by: error.text(.rejectedLogin(cause))))
        }
        return response
    }

    /// Some registries respond with 401 to pushes or lists of a login that may only pull. A request that reads then checks the login, as
    /// with tokens.
    ///
    /// - Throws: the refusal of the push or list if the login may read, or the refusal of the login. Returns if the response shows neither.
    private func checkLogin(
        refusedWith error: UpstreamErrorResponse, of repository: UpstreamRepository, at endpoint: RegistryEndpoint, _ turn: LoginTurn?
    ) async throws(UpstreamError) {
        let request = UpstreamRequest(.head, .resource("manifests/latest"), fields: [.accept: "*/*"], rights: .pull)
        var authorization = try await authorize(request, to: repository, by: .basic, at: endpoint, since: .now)
        authorization.login?.isFollowUp = true
        authorization.login?.turn = turn
        guard let login = authorization.login else { return }
        let response: UpstreamResponse
        do throws(UpstreamError) {
            response = try await exchangeOnce(request, with: repository, at: endpoint, authorization)
        } catch {
            guard case .loginRefused = error else { return }
            throw error
        }
        await response.discardBody()
        if let refusal = response.refusal {
            throw .loginRefused(LoginRefusal?(refusal).explained(by: error.text(.rejectedLogin(cause))))
        }
        if login.isAccepted(by: response.status, response.challenges) == true { throw .denied(error.text(.deniedAccess(cause))) }
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
        sent.transmission = request.transmission
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
            var response = try await transport.send(request, to: endpoint, for: repository.requester)
            response.secrets = repository.secrets
            return response
        } catch {
            throw repository.error(error, redirectingTo: isRedirect ? endpoint : nil)
        }
    }

    /// The scheme of the last request of this kind. Registries may start an upload without authentication and demand it later; a scheme
    /// that authenticated the start is also used for the rest.
    private func knownScheme(for request: UpstreamRequest, to repository: UpstreamRepository) -> AuthenticationScheme? {
        let key = key(request, repository)
        guard request.isPartOfUpload, let start = challenges[key.ofUploadStart] else { return challenges[key] }
        return start == .anonymous ? challenges[key] ?? start : start
    }

    private func key(_ request: UpstreamRequest, _ repository: UpstreamRepository) -> ChallengeCache.Key {
        ChallengeCache.Key(
            registry: repository.registry, repository: repository.name, credential: repository.reference, rights: request.rights,
            resource: request.kind)
    }
}

// Memory for manifests.
extension UpstreamClient {
    /// Reserves memory for a manifest, in bytes; nil for a manifest that is too small to count.
    package func holdManifest(_ bytes: Int, for requester: Requester) async throws -> FairLimiter.Permit? {
        try await transport.limits.holdManifest(bytes, for: requester)
    }

    /// Reserves memory without waiting; nil also if none is free.
    package func holdManifestNow(_ bytes: Int, for requester: Requester) -> FairLimiter.Permit? {
        isCounted(manifestOf: bytes) ? transport.limits.manifests.acquireNow(bytes, for: requester) : nil
    }

    /// Whether a manifest of this size counts against the memory limit.
    package func isCounted(manifestOf bytes: Int) -> Bool { RegistryLimits.isCounted(manifestOf: bytes) }
}

/// The time limits of requests to registries.
package struct UpstreamLimits: Sendable {
    /// From the last byte of a request to the head of the response. The same limit applies to a token.
    package var response = TimeAmount.minutes(5)
    /// For the response to the ping of a registry, which requests do without.
    package var ping = TimeAmount.seconds(5)
    /// For the body of a manifest, after its head.
    package var manifest = TimeAmount.seconds(30)
    /// For the body of an error, after its head.
    package var error = TimeAmount.seconds(5)

    package init() {}
}
