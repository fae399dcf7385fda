import Domain
package import NIOCore
import Naming
import Synchronization

/// How long a registry may take.
package struct UpstreamLimits: Sendable {
    /// From the last byte of a request to the head of the response. A token, and the first contact with a registry, may take as long.
    package var response = TimeAmount.minutes(5)
    /// For the body of a manifest, from the head on.
    package var manifest = TimeAmount.seconds(30)
    /// For the body of an error, from the head on.
    package var error = TimeAmount.seconds(5)

    package init() {}
}

/// Asks registries for what images consist of, with the credential of the repository that it is asked of: authenticates as the
/// registry wants it, keeps tokens while they hold, and follows redirects without any of it.
package final class Upstream: Sendable {
    private let transport: AsyncHTTPClientTransport
    private let tokens = TokenCache()
    private let met = Mutex<[Registry: Meeting]>([:])

    /// What a registry said when it was met, which holds for a while.
    private struct Meeting: Sendable {
        let endpoint: RegistryEndpoint
        let authentication: Authentication
        let end: NIODeadline
    }

    package let limits: UpstreamLimits
    private let contacts = SingleFlight<Contact, Meeting>()

    /// Accounts do not share a first contact: the limits of one are no concern of another.
    private struct Contact: Hashable {
        let registry: Registry
        let requester: Requester
    }

    private static let meetingLifetime = TimeAmount.minutes(10)
    /// How long a token must hold yet for what cannot be sent twice.
    private static let reserveForStreams = Duration.seconds(60)

    package init(transport: AsyncHTTPClientTransport, limits: UpstreamLimits = UpstreamLimits()) {
        self.transport = transport
        self.limits = limits
    }

    /// The registry's own answer, whatever its status; redirects are answers.
    package func send(_ request: UpstreamRequest, of repository: UpstreamRepository) async throws(UpstreamError) -> UpstreamResponse {
        do throws(UpstreamError) {
            return try await exchange(request, of: repository)
        } catch {
            request.forwardedBody?.close()
            throw error
        }
    }

    private func exchange(_ request: UpstreamRequest, of repository: UpstreamRepository) async throws(UpstreamError) -> UpstreamResponse {
        let meeting = try await meet(repository.registry, for: repository.requester)
        let admission = try await admit(repository, meeting.authentication, at: meeting.endpoint, for: request)
        var response = try await open(request, of: repository, at: meeting.endpoint, admission?.authorization)
        guard response.status == 401 else { return response }
        // It asks at the repository only, or has given up a token before its time: once more, as it says now.
        if let token = admission?.token, let key = admission?.key { await tokens.forget(token, for: key) }
        met.withLock { $0[repository.registry] = nil }
        guard request.isReplayable else { return response }
        let asked = Authentication(
            RegistryResponse(status: 401, challenges: Challenge.parse(response.headers.all("www-authenticate"))))
        if case .open = asked { return response }
        if case .basic = asked, admission?.authorization == repository.credential?.basic { return response }
        // Releases the connection before the next request needs one.
        await response.discardBody()
        guard let again = try await admit(repository, asked, at: meeting.endpoint, for: request) else { return response }
        response = try await open(request, of: repository, at: meeting.endpoint, again.authorization)
        return response
    }

    /// Memory for a manifest of so many bytes; nil for one that is too small to count.
    package func holdManifest(_ bytes: Int, for requester: Requester) async throws -> FairLimiter.Permit? {
        try await transport.limits.holdManifest(bytes, for: requester)
    }

    /// The same where it is free now; nil also where it is not.
    package func holdManifestNow(_ bytes: Int, for requester: Requester) -> FairLimiter.Permit? {
        isCounted(manifestOf: bytes) ? transport.limits.manifests.acquireNow(bytes, for: requester) : nil
    }

    /// Whether a manifest of so many bytes counts against the memory limit.
    package func isCounted(manifestOf bytes: Int) -> Bool { RegistryLimits.isCounted(manifestOf: bytes) }

    /// Where on its registry an upload goes on, from the location that an answer names; nil where that is somewhere else.
    package func uploadTarget(_ location: String, of repository: UpstreamRepository) async throws(UpstreamError) -> UploadTarget? {
        UploadTarget(location: location, on: try await meet(repository.registry, for: repository.requester).endpoint)
    }

    /// What an answer that redirects leads to, at most five of them far: each address is checked, and no credential goes along.
    package func follow(
        _ response: UpstreamResponse, to request: UpstreamRequest, of repository: UpstreamRepository
    ) async throws(UpstreamError) -> UpstreamResponse {
        var response = response
        var endpoint: RegistryEndpoint?
        for count in 0... {
            guard [301, 302, 303, 307, 308].contains(response.status), let location = response.headers["location"] else { return response }
            guard count < 5 else { break }
            // Releases the connection before the next request needs one.
            await response.discardBody()
            let current =
                if let endpoint { endpoint } else { try await meet(repository.registry, for: repository.requester).endpoint }
            guard let (next, url) = Self.place(location, from: current, of: repository.registry) else {
                throw .forbidden("\(repository.registry.authority): it redirects to where nothing is fetched from")
            }
            let opening = AsyncHTTPClientTransport.Opening(
                method: request.method, url: url, headers: request.headers, authorization: nil, body: .none)
            response = try await open(opening, to: next, for: repository)
            endpoint = next
        }
        throw .unreachable("\(repository.registry.authority): it redirects again and again")
    }

    private static func place(
        _ location: String, from endpoint: RegistryEndpoint, of registry: Registry
    ) -> (endpoint: RegistryEndpoint, url: String)? {
        if location.hasPrefix("/"), !location.hasPrefix("//") { return (endpoint, endpoint.origin + location) }
        guard let (authority, isTLS, target) = HTTPLocation.parse(location) else { return nil }
        // Never from TLS to plain http.
        guard isTLS || !endpoint.isTLS else { return nil }
        let isOwn = authority == registry.authority && isTLS == endpoint.isTLS
        let next = isOwn ? endpoint : RegistryEndpoint(authority: authority, isTLS: isTLS)
        return (next, next.origin + target)
    }
}

// Getting in.
extension Upstream {
    private struct Admission {
        let authorization: Secret
        var token: Token?
        var key: TokenCache.Key?
    }

    private func meet(_ registry: Registry, for requester: Requester) async throws(UpstreamError) -> Meeting {
        if let meeting = met.withLock({ $0[registry] }), meeting.end > .now() { return meeting }
        do {
            return try await contacts.value(for: Contact(registry: registry, requester: requester)) { [self] in
                let meeting = try await contact(registry, for: requester)
                met.withLock { $0[registry] = meeting }
                return meeting
            }
        } catch {
            throw UpstreamError(error, of: registry)
        }
    }

    private func contact(_ registry: Registry, for requester: Requester) async throws(TransportError) -> Meeting {
        let contact = try await FirstContact(transport: transport.acting(for: requester))
            .make(registry, deadline: .now() + limits.response)
        let meeting = Meeting(
            endpoint: contact.endpoint, authentication: Authentication(contact.ping), end: .now() + Self.meetingLifetime)
        switch meeting.authentication {
        case .open, .basic, .bearer: return meeting
        case .silent(let reason), .unspoken(let reason): throw .connection(reason)
        }
    }

    private func admit(
        _ repository: UpstreamRepository, _ authentication: Authentication, at endpoint: RegistryEndpoint, for request: UpstreamRequest
    ) async throws(UpstreamError) -> Admission? {
        switch authentication {
        case .open: return nil
        case .basic: return repository.credential.map { Admission(authorization: $0.basic) }
        case .bearer(let realm, let service): return try await admit(repository, realm, service, at: endpoint, for: request)
        case .unspoken(let reason), .silent(let reason): throw .unreachable("\(endpoint.authority): \(reason)")
        }
    }

    private func admit(
        _ repository: UpstreamRepository, _ realm: String, _ service: String?, at endpoint: RegistryEndpoint, for request: UpstreamRequest
    ) async throws(UpstreamError) -> Admission {
        let allowed: TokenRealm
        do throws(RealmError) {
            allowed = try RealmRule(registry: endpoint).realm(named: realm)
        } catch {
            throw .forbidden("\(endpoint.authority): \(error.reason(for: endpoint.authority, hiding: repository.credential))")
        }
        let key = TokenCache.Key(credential: repository.reference, repository: repository.name, rights: request.rights)
        do {
            let remaining = request.isReplayable ? TokenCache.reserve : Self.reserveForStreams
            let token = try await tokens.token(for: key, holding: remaining, asking: repository.requester) {
                [transport, limits] in
                let source = TokenSource(
                    transport: transport.acting(for: repository.requester), realm: allowed, service: service, path: repository.name.path,
                    credential: repository.credential,
                    deadline: .now() + limits.response)
                return try await source.token(for: request.rights)
            }
            return Admission(authorization: token.authorization, token: token, key: key)
        } catch {
            throw UpstreamError(error, of: repository.registry)
        }
    }
}

// Asking.
extension Upstream {
    private func open(
        _ request: UpstreamRequest, of repository: UpstreamRepository, at endpoint: RegistryEndpoint, _ authorization: Secret?
    ) async throws(UpstreamError) -> UpstreamResponse {
        let target =
            switch request.target {
            case .resource(let resource): "/v2/\(repository.name.path)/\(resource)"
            case .upload(let upload): upload.text
            }
        let opening = AsyncHTTPClientTransport.Opening(
            method: request.method, url: endpoint.origin + target, headers: request.headers, authorization: authorization,
            body: request.body)
        return try await open(opening, to: endpoint, for: repository)
    }

    private func open(
        _ opening: AsyncHTTPClientTransport.Opening, to endpoint: RegistryEndpoint, for repository: UpstreamRepository
    ) async throws(UpstreamError) -> UpstreamResponse {
        do throws(TransportError) {
            return try await transport.open(opening, to: endpoint, for: repository.requester, limit: limits.response)
        } catch {
            throw UpstreamError(error, of: repository.registry)
        }
    }
}

extension UpstreamError {
    init(_ error: any Error, of registry: Registry) {
        let authority = registry.authority
        switch error {
        case TransportError.timedOut: self = .timedOut("\(authority): \(TransportError.timedOut.reason)")
        case TransportError.forbidden(let reason): self = .forbidden("\(authority): \(reason)")
        case TransportError.abandoned: self = .abandoned
        case TransportError.limited(let limit), TokenError.limited(let limit): self = .limited(limit)
        case let error as TransportError: self = .unreachable("\(authority): \(error.reason)")
        case TokenError.refused(let reason), TokenError.denied(let reason): self = .refused("\(authority): \(reason)")
        case TokenError.forbidden(let reason): self = .forbidden("\(authority): \(reason)")
        case TokenError.silent(let reason): self = .unreachable("\(authority): \(reason)")
        default: self = .unreachable("\(authority): no answer")
        }
    }
}

/// The whole URL of a redirect, taken apart on bytes: what is checked is what is connected to.
enum HTTPLocation {
    static func parse(_ text: String) -> (authority: RegistryAuthority, isTLS: Bool, target: String)? {
        let schemes = [("https://", true), ("http://", false)]
        guard text.utf8.count <= 8192,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: "#") }),
            let (scheme, isTLS) = schemes.first(where: { text.hasPrefix($0.0) })
        else { return nil }
        let rest = text.dropFirst(scheme.count)
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let written = rest[..<end].lowercased()
        let implied = isTLS ? ":443" : ":80"
        let host = written.hasSuffix(implied) ? String(written.dropLast(implied.count)) : written
        // Names of Docker Hub fold into one that is asked elsewhere than they say.
        guard let authority = try? RegistryAuthority(parsing: host), authority.apiAuthority == host else { return nil }
        let target = rest[end...]
        return (authority, isTLS, target.hasPrefix("/") ? String(target) : "/\(target)")
    }
}
