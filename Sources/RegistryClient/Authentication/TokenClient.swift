import Domain
import FoundationEssentials
import HTTPTypes
import NIOCore
import Naming

/// Requests tokens from a realm.
struct TokenClient {
    let transport: AsyncHTTPClientTransport
    let requester: Requester
    let cause: LoginCause
    /// The time limit for the head of a response, and again for its body.
    let limit: TimeAmount

    /// Some realms respond with 401 to a valid login that may pull but not push. A second request, for the right to pull, then checks the
    /// login.
    func token(_ request: TokenRequest) async throws(UpstreamError) -> Token {
        let turn = request.forPull.map { _ in LoginTurn() }
        let response = try await respond(to: request, turn)
        do throws(UpstreamError) {
            return try token(in: response, request)
        } catch {
            guard case .loginRefused = error, let pull = request.forPull else { throw error }
            _ = try token(in: try await respond(to: pull, turn, isFollowUp: true), pull)
            throw .denied(host(request).text(.deniedAccess(cause), status(response, request)))
        }
    }

    private func respond(
        to request: TokenRequest, _ turn: LoginTurn?, isFollowUp: Bool = false
    ) async throws(UpstreamError) -> Response {
        let sending = Sending(turn: turn, isFollowUp: isFollowUp)
        let response = try await send(.get, request.target, request, form: nil, sending)
        guard [404, 405].contains(response.status), let form = request.form else { return response }
        return try await send(.post, request.realm.target(), request, form: form, sending)
    }

    /// The part of a request for a token: the first, or the one that explains its refusal.
    private struct Sending {
        let turn: LoginTurn?
        let isFollowUp: Bool
    }

    private struct Response {
        let status: Int
        let retryAfter: String?
        let refusal: LoginRefusal?
        let body: [UInt8]
    }

    private func token(in response: Response, _ request: TokenRequest) throws(UpstreamError) -> Token {
        let (host, status) = (self.host(request), self.status(response, request))
        let isGrantInvalid = RegistryErrorBody(realmResponse: response.body)?.code == "invalid_grant"
        switch response.status {
        case 200..<300:
            guard let token = Token(response: response.body) else { throw .unreachable(host.text(.issuedNoToken, status)) }
            return token
        case 300..<400: throw .unreachable(host.text(.redirectsLogin, status))
        case 403: throw .denied(host.text(.deniedAccess(request.credential.map { _ in cause }), status))
        // An anonymous token was requested for a repository that is not public.
        case 401 where request.credential == nil: throw .denied(host.text(.deniedAccess(nil), status))
        case 401: throw .loginRefused(response.refusal.explained(by: host.text(.rejectedLogin(cause), status)))
        case 429: throw .throttled(host.text(.limitsRate, status), retryAfter: response.retryAfter)
        // https://www.rfc-editor.org/rfc/rfc6749#section-5.2
        case 400 where isGrantInvalid: throw .loginRefused(response.refusal.explained(by: host.text(.rejectedLogin(cause), status)))
        case 407, 500...: throw .failed(host.text(.error, status), retryAfter: response.retryAfter)
        default: throw .unreachable(host.text(.error, status))
        }
    }

    private func host(_ request: TokenRequest) -> RequestedHost { .realm(request.realm.endpoint.authority, of: request.registry) }

    private func status(_ response: Response, _ request: TokenRequest) -> ResponseStatus {
        let error = (200..<400).contains(response.status) ? nil : RegistryErrorBody(realmResponse: response.body)
        return ResponseStatus(response.status, error, hiding: request.secrets)
    }

    /// Follows redirects within the realm's own origin, with the credential.
    private func send(
        _ method: HTTPRequest.Method, _ target: String, _ request: TokenRequest, form: Secret?, _ sending: Sending
    ) async throws(UpstreamError) -> Response {
        var target = target
        for _ in 0...Redirect.limit {
            let response = try await exchange(method, target, request, form: form, sending)
            guard let next = redirect(response, from: target, method, request.realm.endpoint) else {
                return Response(
                    status: response.status, retryAfter: response.fields[.retryAfter], refusal: response.refusal,
                    body: try await body(of: response, request))
            }
            await response.discardBody()
            target = next
        }
        throw .unreachable(host(request).text(.redirectsTooOften(limit: Redirect.limit)))
    }

    private func redirect(
        _ response: UpstreamResponse, from target: String, _ method: HTTPRequest.Method, _ endpoint: RegistryEndpoint
    ) -> String? {
        guard method == .get || [307, 308].contains(response.status), let location = Redirect.location(of: response),
            let url = try? RegistryURL(resolving: location, against: endpoint.url(target)), endpoint.isOrigin(of: url)
        else { return nil }
        return url.target
    }

    private func exchange(
        _ method: HTTPRequest.Method, _ target: String, _ request: TokenRequest, form: Secret?, _ sending: Sending
    ) async throws(UpstreamError) -> UpstreamResponse {
        let endpoint = request.realm.endpoint
        var sent = TransportRequest(method, target, at: endpoint, limit: limit)
        sent.head.headerFields[.accept] = "*/*"
        if let form {
            sent.head.headerFields[.contentType] = "application/x-www-form-urlencoded"
            sent.body = .bytes(ByteBuffer(string: form.revealed()))
        } else {
            sent.authorization = request.credential?.basic
        }
        sent.login = request.credential.map {
            TransportRequest.Login($0, for: request.use, cause: cause, at: .realm(isForm: form != nil))
        }
        sent.login?.isFollowUp = sending.isFollowUp
        sent.login?.turn = sending.turn
        do throws(TransportError) {
            return try await transport.send(sent, to: endpoint, for: requester)
        } catch {
            throw UpstreamError(error, of: host(request))
        }
    }

    private func body(of response: UpstreamResponse, _ request: TokenRequest) async throws(UpstreamError) -> [UInt8] {
        do {
            return try await response.beginning(within: limit)
        } catch {
            throw UpstreamError(error, of: host(request))
        }
    }
}

extension RegistryErrorBody {
    /// A realm's error document: a registry's, OAuth's (https://www.rfc-editor.org/rfc/rfc6749#section-5.2), or Docker Hub's with `details`.
    fileprivate init?(realmResponse body: [UInt8]) {
        if let error = RegistryErrorBody(body) {
            self = error
        } else if let document = try? JSONDecoder().decode(RealmErrorBody.self, from: Data(body)),
            let code = document.error ?? document.details
        {
            self.init(code: code, message: document.error_description ?? "")
        } else {
            return nil
        }
    }

    private struct RealmErrorBody: Decodable {
        let error: String?
        let error_description: String?
        let details: String?
    }
}
