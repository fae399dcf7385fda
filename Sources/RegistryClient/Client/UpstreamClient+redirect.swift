import Domain
package import HTTPTypes
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
            if !isOwn { response.redirectHost = next.authority }
        }
        guard Redirect.location(of: response) == nil else {
            throw .unreachable("\(repository.registry.authority): it redirects more than \(Redirect.limit) times")
        }
        return response
    }

    /// The target of a redirect to another origin, for a client that follows it itself: an absolute URL that passed the address policy; nil for
    /// any other response.
    package func redirectURL(
        of response: UpstreamResponse, from repository: UpstreamRepository
    ) async throws(UpstreamError) -> String? {
        guard let location = Redirect.location(of: response) else { return nil }
        let url = try resolve(location, in: response, of: repository)
        let endpoint = await transport.redirectEndpoint(of: url, from: repository.registry)
        do throws(TransportError) {
            try await transport.check(endpoint, for: repository.requester)
        } catch {
            throw repository.error(error, redirectingTo: endpoint)
        }
        return url.description
    }

    private func resolve(
        _ location: String, in response: UpstreamResponse, of repository: UpstreamRepository
    ) throws(UpstreamError) -> RegistryURL {
        let registry = repository.registry.authority
        let url: RegistryURL
        do throws(RegistryURLError) {
            url = try RegistryURL(resolvingLocation: location, against: response.url)
        } catch {
            throw .forbidden("\(registry): the URL of its redirect is not followed: \(error.reason)")
        }
        guard url.isTLS || !response.url.isTLS else {
            throw .forbidden("\(registry): it redirects from https to http, which is not followed")
        }
        return url
    }
}

extension UpstreamRepository {
    /// - Parameter endpoint: the target of a redirect; nil for the registry itself.
    func error(_ error: TransportError, redirectingTo endpoint: RegistryEndpoint?) -> UpstreamError {
        UpstreamError(error, of: registry.authority, redirectingTo: endpoint?.authority.name(hiding: secrets))
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
        guard let link = LinkField.parse(fields[values: .link]).first(where: { $0.relations.contains("next") }) else { return nil }
        do throws(RegistryURLError) {
            return UpstreamLocation(try RegistryURL(resolvingTargetOf: link.target, against: url))
        } catch {
            // A list without its other pages would look complete.
            throw .unreachable("\(repository.registry.authority): the URL of the next page is not usable: \(error.reason)")
        }
    }
}

extension HTTPField.Name {
    /// https://www.rfc-editor.org/rfc/rfc8288#section-3
    package static var link: HTTPField.Name {
        guard let name = HTTPField.Name("Link") else { preconditionFailure("'Link' is a valid field name") }
        return name
    }
}

/// Redirects of registries (https://www.rfc-editor.org/rfc/rfc9110#section-15.4).
enum Redirect {
    /// The number of redirects that are followed one after the other.
    static let limit = 5

    private static let statuses: Set<Int> = [301, 302, 303, 307, 308]

    /// The `Location` of a redirect; nil for any other response.
    static func location(of response: UpstreamResponse) -> String? {
        statuses.contains(response.status) ? response.location : nil
    }
}
