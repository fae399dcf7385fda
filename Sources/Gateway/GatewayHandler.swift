package import CoreMetrics
package import Domain
package import HTTPSupport
import HTTPTypes
package import Hummingbird
import Logging
import Naming
package import Operations
package import RegistryClient
package import Sealing

/// The settings of the gateway.
package struct GatewayOptions: Sendable {
    /// The URL under which clients reach the server; nil to use their `Host`.
    package var publicURL: String?
    /// Whether clients use TLS, with this server or with a proxy in front of it.
    package var isTLS: Bool
    /// Whether clients may delete manifests and blobs on registries.
    package var allowsDeletion: Bool
    /// Whether the digests of blobs are verified while they are forwarded.
    package var verifiesBlobs: Bool
    /// Whether clients receive a registry's redirect to a blob, and follow it themselves.
    package var handsOutRedirects: Bool

    package init(
        publicURL: String? = nil, isTLS: Bool = false, allowsDeletion: Bool = false, verifiesBlobs: Bool = false,
        handsOutRedirects: Bool = false
    ) {
        self.publicURL = publicURL
        self.isTLS = isTLS
        self.allowsDeletion = allowsDeletion
        self.verifiesBlobs = verifiesBlobs
        self.handsOutRedirects = handsOutRedirects
    }
}

/// The handler of `/v2/` and `/token`: the distribution API, for registered repositories, with their own credentials.
package final class GatewayHandler: RequestHandler {
    let backend: Backend
    let authenticator: Authenticator
    let upstream: UpstreamClient
    let tokens: GatewayTokens
    let locations: LocationSealer
    let options: GatewayOptions
    let counters: GatewayCounters
    let manifests = ManifestCache()
    let manifestFlights = SingleFlight<ManifestRequest, FetchedManifest>(retention: .seconds(2))
    let headFlights = SingleFlight<ManifestRequest, UpstreamResponse>()
    let access: RegistryAccess
    let rightsInterval: Duration
    private let names = ParsedNames()

    /// - Parameters:
    ///   - accessLifetime: how long cached manifests are served after the registry has allowed reading.
    ///   - rightsInterval: how often the rights of a pull or a push that is in progress are checked.
    package init(
        backend: Backend, authenticator: Authenticator, upstream: UpstreamClient, tokens: GatewayTokens, locations: LocationSealer,
        options: GatewayOptions, accessLifetime: Duration = .seconds(300), rightsInterval: Duration = .seconds(2),
        metrics: any MetricsFactory = NOOPMetricsHandler.instance
    ) {
        self.backend = backend
        self.authenticator = authenticator
        self.upstream = upstream
        self.tokens = tokens
        self.locations = locations
        self.options = options
        self.rightsInterval = rightsInterval
        access = RegistryAccess(lifetime: accessLifetime)
        counters = GatewayCounters(metrics)
    }

    package func handles(_ path: String) -> Bool { path == "/v2" || path.hasPrefix("/v2/") || path == Self.tokenPath }

    static let tokenPath = "/token"

    package func respond(to call: Call) async throws -> Response {
        var response: Response
        do {
            response = try await call.target.path == Self.tokenPath ? respondToToken(call) : respondToAPI(call)
        } catch {
            let gatewayError = self.error(error, of: call)
            counters.count(gatewayError.failure)
            if error is UpstreamError || gatewayError.failure != nil && !Task.isCancelled { log(gatewayError, of: call) }
            response = Response(gatewayError)
        }
        response.headers[.apiVersion] = "registry/2.0"
        response.makeHarmless(isBlob: call.target.path.contains("/blobs/"))
        return response
    }

    /// Demands authentication before it reports any other error.
    package func response(to error: RequestError, of request: RefusedRequest) -> Response {
        let isAnonymous = request.headers[.authorization] == nil
        let error =
            switch request.path {
            case Self.tokenPath where isAnonymous: basicChallenge(.noCredential, host: request.host)
            case _ where isAnonymous: challenge(host: request.host, for: [], .noCredential)
            default: GatewayError(error)
            }
        var response = Response(error)
        response.headers[.apiVersion] = "registry/2.0"
        return response
    }

    func error(_ error: any Error, of call: Call) -> GatewayError {
        switch error {
        case let error as GatewayError: return error
        case let limit as LimitReached: return GatewayError(limit)
        case is CancellationError: return GatewayError(RequestError.busy("The client has left", retryAfter: 1))
        case let error as TransportError: return GatewayError(error)
        case let error as UpstreamError: return GatewayError(error)
        default: return GatewayError(RequestError(error, logger: call.logger))
        }
    }

    /// One notice for each request that a registry did not serve.
    private func log(_ error: GatewayError, of call: Call) {
        var metadata: Logger.Metadata = ["reason": "\(error.message)", "status": .stringConvertible(error.status)]
        if case .repository(let name, _)? = try? GatewayPath(parsing: call.target.path) { metadata["repository"] = "\(name)" }
        call.logger.notice("upstream request failed", metadata: metadata)
    }

    private func respondToAPI(_ call: Call) async throws -> Response {
        let path: GatewayPath
        do throws(GatewayPath.ParsingError) {
            path = try GatewayPath(parsing: call.target.path)
        } catch {
            // Authenticates before it reports any other error.
            _ = try await admit(call, for: nil)
            switch error {
            case .unknown: throw GatewayError(status: 404, code: "UNSUPPORTED", message: "There is nothing at this path")
            case .reference: throw GatewayError(status: 400, code: "TAG_INVALID", message: "That is neither a tag nor a digest")
            case .digest: throw GatewayError.digestInvalid("That is no sha256 or sha512 digest")
            }
        }
        if case .repository(let name, let resource) = path { return try await respondToAPI(call, name: name, resource) }
        guard [.get, .head].contains(call.method) else { throw try await unsupportedMethod(call) }
        switch path {
        case .base:
            _ = try await admit(call, for: nil)
            return Response(status: .ok, body: [String: String]())
        default: return try await catalog(call, by: try await admitToCatalog(call).caller)
        }
    }

    /// Authenticates before it responds with 405.
    private func unsupportedMethod(_ call: Call) async throws -> GatewayError {
        _ = try await admit(call, for: nil)
        return GatewayError.unsupported("The resource does not have this method")
    }

    private func respondToAPI(_ call: Call, name text: String, _ resource: GatewayPath.Resource) async throws -> Response {
        guard let use = Self.use(of: resource, by: call.method) else { throw try await unsupportedMethod(call) }
        let registry = call.target.query["ns"]
        guard let name = registry == nil ? names.name(text) : GatewayName(parsing: text, on: registry) else {
            _ = try await admit(call, for: nil)
            throw GatewayError.nameInvalid(
                "A repository is named [namespace/]host[_port]/path here, as in registry.example_5000/team/image")
        }
        return try await proxy(call, name, resource, use).respond { proxy in
            switch (resource, call.method) {
            case (.manifest(let reference), .put): try await proxy.pushManifest(reference)
            case (.manifest(let reference), .delete): try await proxy.deleteManifest(reference)
            case (.manifest(let reference), _): try await proxy.pullManifest(reference)
            case (.blob(let digest), .delete): try await proxy.delete("blobs/\(digest)")
            case (.blob(let digest), _): try await proxy.pullBlob(digest)
            case (.tags, _): try await proxy.list(RepositoryProxy.tags, ["n", "last"])
            case (.referrers(let digest), _): try await proxy.list("referrers/\(digest)", ["artifactType", "n", "last"])
            case (.uploads, _): try await proxy.startUpload()
            case (.upload(let token), _): try await proxy.continueUpload(token)
            }
        }
    }

    /// Authorizes a request and records it, or records that it was denied.
    private func proxy(
        _ call: Call, _ name: GatewayName, _ resource: GatewayPath.Resource, _ use: ContentUse
    ) async throws -> RepositoryProxy {
        do {
            let client = try await admit(call, for: (name, use))
            if use == .delete, !options.allowsDeletion {
                throw GatewayError.unsupported("Nothing is deleted on registries: the server was started without --gateway-delete")
            }
            if resource == .uploads { try await checkMountScope(call, by: client, to: name) }
            return try await RepositoryProxy(call, name, resource, use, client, self)
        } catch let error as RequestError {
            await noteDenial(of: use, on: name, resource.reference, error, call)
            throw error
        }
    }

    private func noteDenial(of use: ContentUse, on name: GatewayName, _ reference: String?, _ error: RequestError, _ call: Call) async {
        guard case .forbidden = error, let identity = call.access.identity else { return }
        do {
            try await backend.recordDenial(
                of: use, on: name.repository, reference, in: name.namespace, error, by: caller(identity, of: call))
        } catch {
            call.logger.error("a denied attempt could not be recorded", metadata: ["error": "\(error)"])
        }
    }

    private static func use(of resource: GatewayPath.Resource, by method: HTTPRequest.Method) -> ContentUse? {
        switch (resource, method) {
        case (.manifest, .get), (.manifest, .head), (.blob, .get), (.blob, .head), (.tags, .get), (.referrers, .get): return .pull
        case (.manifest, .put), (.uploads, .post), (.upload, .get), (.upload, .patch), (.upload, .put), (.upload, .delete): return .push
        case (.manifest, .delete), (.blob, .delete): return .delete
        default: return nil
        }
    }
}

extension HTTPField.Name {
    static let apiVersion = known("Docker-Distribution-Api-Version")
}
