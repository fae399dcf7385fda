package import CoreMetrics
import Domain
package import HTTPSupport
import HTTPTypes
package import Hummingbird
import Logging
import Naming
package import Operations
package import RegistryClient
package import Sealing

/// The handler of `/v2/` and `/token`: the distribution API, for registered repositories, with their own credentials.
package final class GatewayHandler: RequestHandler {
    package let interface = ServedInterface.gateway
    let context: GatewayContext
    let authenticator: Authenticator
    let tokens: GatewayTokens
    private let names = ParsedNames()

    /// - Parameters:
    ///   - accessLifetime: how long cached manifests are served after the registry has allowed reading.
    ///   - rightsInterval: how often the rights of a pull or a push that is in progress are checked.
    package init(
        backend: Backend, authenticator: Authenticator, upstream: UpstreamClient, tokens: GatewayTokens, locations: LocationSealer,
        options: GatewayOptions, accessLifetime: Duration = .seconds(300), rightsInterval: Duration = .seconds(2),
        metrics: any MetricsFactory = NOOPMetricsHandler.instance
    ) {
        context = GatewayContext(
            backend: backend, upstream: upstream, locations: locations, options: options, accessLifetime: accessLifetime,
            rightsInterval: rightsInterval, metrics: metrics)
        self.authenticator = authenticator
        self.tokens = tokens
    }

    var backend: Backend { context.backend }

    package func handles(_ path: String) -> Bool { path == "/v2" || path.hasPrefix("/v2/") || path == Self.tokenPath }

    static let tokenPath = "/token"

    package func respond(to call: Call) async -> Answer {
        var identity: Identity?
        var response: Response
        do {
            if call.target.path == Self.tokenPath {
                let request = try await tokenRequest(call)
                identity = request.identity
                response = try await token(for: request, of: call)
            } else {
                let requested = requested(by: call)
                let client = try await authenticate(call, for: requested)
                identity = client.caller.identity
                response = try await respond(to: call, requested, from: client)
            }
        } catch {
            let gatewayError = GatewayError(error, logger: call.logger)
            context.counters.count(gatewayError.failure)
            if error is UpstreamError || gatewayError.failure != nil && !Task.isCancelled { log(gatewayError, of: call) }
            response = Response(gatewayError)
        }
        response.headers[.apiVersion] = "registry/2.0"
        response.makeHarmless(isBlob: call.target.path.contains("/blobs/"))
        return Answer(response, identity: identity)
    }

    /// Demands authentication before it reports any other error.
    package func response(to error: ResponseError, of request: RefusedRequest) -> Response {
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

    package func body(of error: ResponseError) -> any Encodable { GatewayError(error).document }

    /// Logs a notice for each request that a registry did not serve.
    private func log(_ error: GatewayError, of call: Call) {
        var metadata: Logger.Metadata = ["reason": "\(error.message)", "status": .stringConvertible(error.status)]
        if case .repository(let text, _)? = try? GatewayPath(parsing: call.target.path),
            let name = GatewayName(parsing: text, on: call.target.query["ns"])
        {
            metadata["repository"] = "\(name.repository)"
        }
        call.logger.notice("upstream request failed", metadata: metadata)
    }

    /// The resource that a request names, and its use.
    enum Requested {
        case base
        case catalog
        case repository(GatewayName, GatewayPath.Resource, ContentUse)
        /// Nothing that the gateway has. The error is the response, after authentication.
        case nothing(GatewayError)
    }

    private func requested(by call: Call) -> Requested {
        let path: GatewayPath
        do {
            path = try GatewayPath(parsing: call.target.path)
        } catch {
            return .nothing(GatewayError(error))
        }
        switch path {
        case .base where [.get, .head].contains(call.method): return .base
        case .catalog where [.get, .head].contains(call.method): return .catalog
        case .base, .catalog: return .nothing(.unsupportedMethod)
        case .repository(let text, let resource):
            guard let use = Self.use(of: resource, by: call.method) else { return .nothing(.unsupportedMethod) }
            guard let name = name(text, call) else {
                return .nothing(
                    .nameInvalid("The name must have the form [namespace/]host[_port]/path, as in registry.example_5000/team/image"))
            }
            return .repository(name, resource, use)
        }
    }

    private func respond(to call: Call, _ requested: Requested, from client: AuthenticatedClient) async throws -> Response {
        switch requested {
        case .base: return Response(status: .ok, body: [String: String]())
        case .catalog:
            try await recordingFailure(of: call, by: client.caller) { try await authorizeCatalog(call, client) }
            return try await catalog(call, by: client.caller)
        case .nothing(let error): return try await recordingFailure(of: call, by: client.caller) { throw error }
        case .repository(let name, let resource, let use):
            let proxy = try await recordingFailure(of: call, by: client.caller) {
                try await authorize(call, client, use, of: name, resource)
                return try await begin(call, client, use, of: name, resource)
            }
            return try await proxy.respond { try await Self.respond(to: call, $0, resource) }
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
        case (.upload(let token), .get): try await proxy.uploadStatus(token)
        case (.upload(let token), .patch): try await proxy.appendToUpload(token)
        case (.upload(let token), .delete): try await proxy.cancelUpload(token)
        case (.upload(let token), _): try await proxy.finishUpload(token)
        }
    }

    /// Begins a use, which is recorded before the registry is sent a request for it.
    private func begin(
        _ call: Call, _ client: AuthenticatedClient, _ use: ContentUse, of name: GatewayName, _ resource: GatewayPath.Resource
    ) async throws -> RepositoryProxy {
        let reference = try RepositoryProxy.reference(call, resource)
        let (authorized, record) = try await backend.useRepository(
            use, of: name.repository, reference, isExistenceCheck: call.method == .head, in: name.namespace, by: client.caller)
        return RepositoryProxy(call, name, use, reference, client, authorized, record, context)
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

    /// Records a failed use. A challenge, which the client answers with another token, is no failure.
    private func recordingFailure<Value>(
        of call: Call, by caller: Caller, _ body: () async throws -> Value
    ) async throws -> Value {
        do {
            return try await body()
        } catch let cancellation as CancellationError {
            throw cancellation
        } catch {
            let error = GatewayError(error, logger: call.logger)
            if error.status != 401, let failed = failedUse(call, error) { await record(failed, error, call, by: caller) }
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
