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
        if case .repository(let text, _)? = try? GatewayPath(parsing: call.target.path),
            let name = GatewayName(parsing: text, on: call.target.query["ns"])
        {
            metadata["repository"] = "\(name.repository)"
        }
        call.logger.notice("upstream request failed", metadata: metadata)
    }

    /// A request that may be served.
    private enum Admitted {
        case base
        case catalog(Caller)
        case repository(RepositoryProxy, GatewayPath.Resource)
    }

    private func respondToAPI(_ call: Call) async throws -> Response {
        switch try await recordingFailure(of: call, { try await admit(call) }) {
        case .base: Response(status: .ok, body: [String: String]())
        case .catalog(let caller): try await catalog(call, by: caller)
        case .repository(let proxy, let resource): try await proxy.respond { try await Self.respond(to: call, $0, resource) }
        }
    }

    private static func respond(to call: Call, _ proxy: RepositoryProxy, _ resource: GatewayPath.Resource) async throws -> Response {
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

    /// Authenticates and authorizes a request, and records a use before it is sent.
    private func admit(_ call: Call) async throws -> Admitted {
        let path: GatewayPath
        do throws(GatewayPath.ParsingError) {
            path = try GatewayPath(parsing: call.target.path)
        } catch {
            // Authenticates before it reports any other error.
            _ = try await admit(call, for: nil)
            switch error {
            case .unknown: throw GatewayError(status: 404, code: "UNSUPPORTED", message: "There is nothing at this path")
            case .reference: throw GatewayError.tagInvalid("That is neither a tag nor a digest")
            case .digest: throw GatewayError.digestInvalid("That is no sha256 or sha512 digest")
            }
        }
        if case .repository(let name, let resource) = path { return try await admit(call, name: name, resource) }
        guard [.get, .head].contains(call.method) else { throw try await unsupportedMethod(call) }
        switch path {
        case .base:
            _ = try await admit(call, for: nil)
            return .base
        default:
            let caller = try await admitToCatalog(call).caller
            try await backend.checkListingPullable(by: caller)
            return .catalog(caller)
        }
    }

    /// Authenticates before it responds with 405.
    private func unsupportedMethod(_ call: Call) async throws -> GatewayError {
        _ = try await admit(call, for: nil)
        return GatewayError.unsupported("The resource does not have this method")
    }

    private func admit(_ call: Call, name text: String, _ resource: GatewayPath.Resource) async throws -> Admitted {
        guard let use = Self.use(of: resource, by: call.method) else { throw try await unsupportedMethod(call) }
        guard let name = name(text, call) else {
            _ = try await admit(call, for: nil)
            throw GatewayError.nameInvalid(
                "A repository is named [namespace/]host[_port]/path here, as in registry.example_5000/team/image")
        }
        let client = try await admit(call, for: (name, use))
        if use == .delete, !options.allowsDeletion {
            throw GatewayError.unsupported("Nothing is deleted on registries: the server was started without --gateway-delete")
        }
        if resource == .uploads { try await checkMountScope(call, by: client, to: name) }
        return .repository(try await RepositoryProxy(call, name, resource, use, client, self), resource)
    }

    private func name(_ text: String, _ call: Call) -> GatewayName? {
        let registry = call.target.query["ns"]
        return registry == nil ? names.name(text) : GatewayName(parsing: text, on: registry)
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

// Recording failed uses that were not begun.
extension GatewayHandler {
    /// A use as far as it can be read from a request that failed.
    private struct FailedUse {
        /// nil for a use of the catalogue.
        let use: ContentUse?
        var name: GatewayName?
        var reference: String?
    }

    /// Records a failed use, if the client was authenticated. A challenge, which the client answers with another token, is no failure.
    private func recordingFailure<Value>(of call: Call, _ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let cancellation as CancellationError {
            throw cancellation
        } catch {
            let error = self.error(error, of: call)
            if error.status != 401, let identity = call.access.identity, let failed = failedUse(call, error) {
                await record(failed, error, call, by: caller(identity, of: call))
            }
            throw error
        }
    }

    private func record(_ failed: FailedUse, _ error: GatewayError, _ call: Call, by caller: Caller) async {
        do {
            try await backend.recordFailedUse(
                failed.use, of: failed.name?.repository, failed.reference, in: failed.name?.namespace, status: error.status,
                reason: error.message, by: caller)
        } catch {
            call.logger.error("failed attempt not recorded", metadata: ["error": "\(error)"])
        }
    }

    /// - Returns: nil for what is no use. A check for existence is one if it was denied.
    private func failedUse(_ call: Call, _ error: GatewayError) -> FailedUse? {
        guard call.method != .head || error.status == 403 else { return nil }
        do {
            switch try GatewayPath(parsing: call.target.path) {
            case .base: return nil
            case .catalog: return error.status == 403 ? FailedUse(use: nil) : nil
            case .repository(let name, let resource):
                guard let use = Self.use(of: resource, by: call.method) ?? Self.use(by: call.method) else { return nil }
                return FailedUse(use: use, name: self.name(name, call), reference: resource.reference)
            }
        } catch .unknown {
            return nil
        } catch {
            guard let use = Self.use(by: call.method) else { return nil }
            return FailedUse(use: use, name: name(GatewayPath.name(inMalformed: call.target.path), call))
        }
    }

    /// The use that a method stands for, if the resource does not have it.
    private static func use(by method: HTTPRequest.Method) -> ContentUse? {
        switch method {
        case .get, .head: .pull
        case .put, .post, .patch: .push
        case .delete: .delete
        default: nil
        }
    }
}

extension HTTPField.Name {
    static let apiVersion = known("Docker-Distribution-Api-Version")
}
