package import Domain
import HTTPTypes
import NIOCore
import Naming

extension UpstreamClient {
    /// Follows redirects of a download. The credential goes to the registry's own scheme, host and port only, and every address is checked:
    /// another host in a private network needs an approval of its own.
    ///
    /// - Returns: the last response; a redirect to another origin if the request does not follow such redirects.
    func follow(
        _ response: UpstreamResponse, to request: UpstreamRequest, of repository: UpstreamRepository, at endpoint: RegistryEndpoint,
        _ authorization: Authorization
    ) async throws(UpstreamError) -> UpstreamResponse {
        var (response, isOwn) = (response, true)
        for _ in 0..<Redirect.limit {
            guard let location = Redirect.location(of: response) else { return response }
            let url = try resolve(location, in: response, of: repository)
            let isOrigin = endpoint.isOrigin(of: url)
            guard isOrigin || request.followsForeignRedirects else { return response }
            // Releases the connection before the next request needs one.
            await response.discardBody()
            let next = isOrigin ? endpoint : await transport.redirectEndpoint(of: url, from: repository.registry)
            isOwn = isOwn && next == endpoint
            var sent = TransportRequest(request.method, url.target, at: next, limit: responseLimit)
            sent.head.headerFields.append(contentsOf: request.fields)
            if isOwn { (sent.authorization, sent.login) = (authorization.value, authorization.login) }
            let (isAuthenticated, token) = (response.isAuthenticated, response.token)
            response = try await send(sent, to: next, for: repository, isRedirect: next != endpoint)
            (response.isAuthenticated, response.token) = (isAuthenticated, token)
            guard !isOwn else { continue }
            response.redirectHost = next.authority
            response.redirect = FollowedRedirect(url: url, trust: next.trust)
        }
        guard Redirect.location(of: response) == nil else {
            throw .unreachable(RequestedHost.registry(repository.registry.authority).text(.redirectsTooOften(limit: Redirect.limit)))
        }
        return response
    }

    /// The target of a redirect to another origin, for a client that follows it itself: an absolute URL that passed the address policy; nil
    /// for any other response, and for a URL that contains a secret that requests to the registry carry.
    package func redirectURL(
        of response: UpstreamResponse, from repository: UpstreamRepository
    ) async throws(UpstreamError) -> String? {
        guard let location = Redirect.location(of: response) else { return nil }
        let url = try resolve(location, in: response, of: repository)
        guard !repository.secrets.areRepeated(in: location), !repository.secrets.areRepeated(in: url.description) else { return nil }
        let endpoint = await transport.redirectEndpoint(of: url, from: repository.registry)
        do throws(TransportError) {
            try await transport.check(endpoint, for: repository.requester)
        } catch {
            throw repository.error(error, redirectingTo: endpoint)
        }
        return url.description
    }

    /// Whether the approvals that allowed a redirect are still there.
    ///
    /// - Parameter registry: the redirecting registry as it is stored now.
    package func isStillAllowed(_ redirect: FollowedRedirect, from registry: Registry) async -> Bool {
        guard redirect.trust != RegistryTrust() else { return true }
        return await transport.redirectEndpoint(of: redirect.url, from: registry).trust.allowsAll(of: redirect.trust)
    }

    private func resolve(
        _ location: String, in response: UpstreamResponse, of repository: UpstreamRepository
    ) throws(UpstreamError) -> RegistryURL {
        let registry = RequestedHost.registry(repository.registry.authority)
        let url: RegistryURL
        do throws(RegistryURLError) {
            url = try RegistryURL(resolvingLocation: location, against: response.url)
        } catch {
            throw .forbiddenRedirect(registry.text(.unusableRedirect(error.reason)))
        }
        guard url.isTLS || !response.url.isTLS else {
            throw .forbiddenRedirect(registry.text(.redirectsToPlainHTTP))
        }
        return url
    }
}

extension UpstreamRepository {
    /// - Parameter endpoint: the target of a redirect; nil for the registry itself.
    func error(_ error: TransportError, redirectingTo endpoint: RegistryEndpoint?) -> UpstreamError {
        let target = endpoint.map { RequestedHost.target($0.authority.name(hiding: secrets), of: registry.authority) }
        return UpstreamError(error, of: target ?? .registry(registry.authority))
    }
}

extension UpstreamResponse {
    /// The first `Location` field; some proxies repeat it.
    package var location: String? { fields[values: .location].first }

    /// The location of an upload, from the `Location` field; nil if there is none, or if it is not on the registry itself: nothing is
    /// uploaded to another host.
    package var uploadLocation: UpstreamLocation? {
        guard let text = location, let location = try? RegistryURL(resolvingLocation: text, against: url) else { return nil }
        let isOwn = RegistryEndpoint(authority: url.authority, isTLS: url.isTLS).isOrigin(of: location)
        return isOwn ? UpstreamLocation(location) : nil
    }

    package var hasLocation: Bool { fields[.location] != nil }

    /// The next page of a list, from the `Link` fields; nil on the last page. Registries behind a proxy write a wrong scheme or host into
    /// it, so that only path and query are used, as in other clients.
    package func nextPage(of repository: UpstreamRepository) throws(UpstreamError) -> UpstreamLocation? {
        let (links, isComplete) = LinkField.parse(fields[values: .link])
        guard let link = links.first(where: { $0.relations.contains("next") }) else {
            guard isComplete else { throw unusableNextPage("the field Link cannot be parsed", of: repository) }
            return nil
        }
        do throws(RegistryURLError) {
            return UpstreamLocation(try RegistryURL(resolvingTargetOf: link.target, against: url))
        } catch {
            throw unusableNextPage(error.reason, of: repository)
        }
    }

    /// A list without its other pages would look complete.
    private func unusableNextPage(_ reason: String, of repository: UpstreamRepository) -> UpstreamError {
        .unreachable(RequestedHost.registry(repository.registry.authority).text(.unusableNextPage(reason)))
    }
}
