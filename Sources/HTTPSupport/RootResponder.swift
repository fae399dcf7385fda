package import Domain
import HTTPTypes
package import Hummingbird
import Logging
import Wire

/// Handles every request: parses its target, dispatches it to its handler, renders errors, writes the access log.
package struct RootResponder: HTTPResponder {
    private let handlers: [any RequestHandler]
    private let trustedProxies: [Network]
    private let servesProxiesOnly: Bool
    private let connections: ConnectionLimiter
    private let origin: ServedOrigin
    private let forwardedFields: ForwardedFieldsWarning?
    private let durations: RequestDurations?

    /// - Parameters:
    ///   - servesProxiesOnly: whether only trusted proxies are served, because other clients would connect without TLS. Health checks
    ///     are always served.
    ///   - connections: the limiter of the listener's connections. It learns which connections are authenticated.
    ///   - origin: the origin of the server's own pages.
    ///   - forwardedFields: the warning about fields of proxies that are not trusted; nil for none.
    ///   - durations: the metric of requests; nil for none.
    package init(
        handlers: [any RequestHandler], trustedProxies: [Network], servesProxiesOnly: Bool = false, connections: ConnectionLimiter,
        origin: ServedOrigin = ServedOrigin(), forwardedFields: ForwardedFieldsWarning? = nil, durations: RequestDurations? = nil
    ) {
        self.durations = durations
        self.origin = origin
        self.forwardedFields = forwardedFields
        self.servesProxiesOnly = servesProxiesOnly
        self.handlers = handlers
        self.trustedProxies = trustedProxies
        self.connections = connections
    }

    package func respond(to request: Request, context: Context) async throws -> Response {
        let started = ContinuousClock.now
        let address = ClientAddress(peer: context.peer, headers: request.headers, trustedProxies: trustedProxies)
        forwardedFields?.check(request.headers, from: context.peer, trustedProxies: trustedProxies, logger: context.logger)
        var answer: Answer
        var call: Call?
        do {
            let target = try Target(parsing: request.head.path ?? "")
            guard isServed(context.peer, target.path) else { return refuse(request, target, from: address, after: started, context) }
            let accepted = Call(request, target: target, address: address, context) { [connections, channel = context.channel] in
                connections.authenticate(channel)
            }
            call = accepted
            try CrossSite.check(request.method, request.headers, host: request.head.authority, at: origin)
            answer = try await handler(for: target).respond(to: accepted)
        } catch {
            answer = Answer(response(to: ResponseError(error, logger: context.logger), of: request))
        }
        var response = answer.response
        response.headers[Header.requestIDName] = context.id
        response.headers[.cacheControl] = "no-store"
        response.headers.forbidSniffing()
        // A client reads a body after the head as the start of the next response, whatever the status.
        if request.method == .head { response = response.withoutBody }
        if let reading = call?.bodyReading, reading.hasStarted { response.body = response.body.waiting(for: reading) }
        record(request, call, answer.identity, response, from: address, after: ContinuousClock.now - started, context)
        return response
    }

    /// A client that bypasses the proxy sends API keys in the clear.
    private func isServed(_ peer: String?, _ path: String) -> Bool {
        guard servesProxiesOnly, !HealthHandler.isPath(path) else { return true }
        return trustedProxies.contains(peer: peer)
    }

    private func refuse(
        _ request: Request, _ target: Target, from address: ClientAddress, after started: ContinuousClock.Instant, _ context: Context
    ) -> Response {
        let error = ResponseError.operation(
            .forbidden(
                "Only the proxies of --trusted-proxy may use plain http, and \(context.peer ?? "this address") is none of them. Send the request "
                    + "to the proxy, with https. If it contained an API key, the key was sent unencrypted: revoke it."))
        var response = Response(error, body: handlers.body(of: error, at: target.path))
        response.headers[Header.requestIDName] = context.id
        response.headers[.connection] = "close"
        response.headers.forbidSniffing()
        if request.method == .head { response = response.withoutBody }
        record(request, nil, nil, response, from: address, after: ContinuousClock.now - started, context)
        return response
    }

    private func handler(for target: Target) throws(RequestError) -> any RequestHandler {
        guard let handler = handlers.handler(of: target.path) else { throw .notFound("There is nothing at this path") }
        return handler
    }

    private func response(to error: ResponseError, of request: Request) -> Response {
        let path = request.rawPath
        let refused = RefusedRequest(path: path, headers: request.headers, host: request.head.authority)
        return handlers.handler(of: path)?.response(to: error, of: refused) ?? Response(error)
    }

    /// Measures and logs a request. The log has the path without the query, and only if the target was valid: a rejected target may contain
    /// anything.
    private func record(
        _ request: Request, _ call: Call?, _ identity: Identity?, _ response: Response, from address: ClientAddress,
        after duration: Duration, _ context: Context
    ) {
        if let durations {
            let handler = handlers.handler(of: call?.target.path ?? request.rawPath)
            durations.record(duration, of: handler?.interface ?? .other, status: response.status.code)
        }
        guard context.logger.logLevel <= .info else { return }
        var metadata: Logger.Metadata = [
            "method": "\(request.method.rawValue)", "path": "\(call?.target.shortPath ?? "(refused)")",
            "status": .stringConvertible(response.status.code),
            "client": "\(address)", "milliseconds": .stringConvertible(Int(duration / .milliseconds(1))),
        ]
        if let account = identity?.account { metadata["account"] = "\(account.name)" }
        context.logger.info("request", metadata: metadata)
    }
}

extension Request {
    /// The path as it was sent, without the query.
    fileprivate var rawPath: String { String((head.path ?? "").prefix { $0 != "?" }) }
}

extension Response {
    /// The response to HEAD. It has no `Content-Length` if the length is unknown.
    fileprivate var withoutBody: Response {
        guard body.contentLength == nil, headers[.contentLength] == nil else { return createHeadResponse() }
        return Response(status: status, headers: headers, body: ResponseBody { writer in try await writer.finish(nil) })
    }
}

extension ResponseBody {
    /// The same body. After it is written, waits for the task that reads the request's body.
    fileprivate func waiting(for reading: BodyReading) -> ResponseBody {
        ResponseBody(contentLength: contentLength) { writer in
            let written: Result<Void, any Error>
            do { written = .success(try await write(writer)) } catch { written = .failure(error) }
            await reading.end()
            try written.get()
        }
    }
}
