import Domain
import HTTPTypes
import NIOCore

// Sends requests, and converts responses and errors into verdicts.
extension VerificationSession {
    func send(
        _ method: HTTPRequest.Method, _ resource: String, _ fields: HTTPFields = [.accept: "*/*"], rights: UpstreamRights = .pull
    ) async throws(UpstreamError) -> UpstreamResponse {
        try await client.send(UpstreamRequest(method, .resource(resource), fields: fields, rights: rights), to: repository)
    }

    /// The error in a response, without its text if the body does not arrive in time for further requests.
    func error(in response: UpstreamResponse) async -> UpstreamErrorResponse {
        let limit = min(client.limits.error, .nanoseconds(client.responseLimit.nanoseconds / 4))
        let bytes = try? await response.beginning(within: limit)
        return UpstreamErrorResponse(response, bytes: bytes ?? [], of: repository, because: client.cause)
    }

    func beginning(of response: UpstreamResponse) async throws(UpstreamError) -> [UInt8] {
        do {
            return try await response.beginning(within: min(client.limits.manifest, client.responseLimit))
        } catch {
            throw UpstreamError(error, of: host)
        }
    }

    func verdict(_ response: UpstreamResponse, _ error: UpstreamErrorResponse, _ ping: Ping?) -> VerificationOutcome.Verdict {
        switch response.status {
        case _ where response.isRefusalElsewhere: return .inconclusive(reason: error.text)
        // https://www.rfc-editor.org/rfc/rfc6750#section-3.1: the registry does not trust its realm.
        case 401 where response.challenges.contains { $0.parameters["error"] == "invalid_token" }:
            return .inconclusive(reason: error.text(.rejectedToken))
        case 401 where !response.isAuthenticated: return unauthenticated(response, error)
        case 401 where response.token == nil: return .refused(reason: error.text(.rejectedLogin(client.cause)))
        // An anonymous token is not sufficient.
        case 401 where repository.credential == nil: return .refused(reason: error.text)
        // The login succeeded: only this repository, or this right, is denied.
        case 401, 403: return .denied(reason: error.text)
        default: return .inconclusive(reason: error.text)
        }
    }

    /// The registry demands authentication that this client does not support, or for which this repository has no credential.
    private func unauthenticated(_ response: UpstreamResponse, _ error: UpstreamErrorResponse) -> VerificationOutcome.Verdict {
        switch AuthenticationScheme(response.challenges) {
        case .basic? where repository.credential == nil: .refused(reason: error.text(.requiresLogin))
        case nil where response.challenges.contains { $0.scheme == "bearer" }: .unsupported(reason: error.text(.namesNoRealm))
        case nil where !response.challenges.isEmpty: .unsupported(reason: error.text(.unsupportedScheme))
        case nil: .refused(reason: error.text(.namesNoScheme))
        default: .refused(reason: error.text)
        }
    }

    func verdict(_ error: UpstreamError) -> VerificationOutcome.Verdict {
        switch error {
        case .loginRefused(let refusal) where refusal.isHeld:
            .limited(LimitReached(.logins, of: .registry, retryAfter: refusal.retryAfter ?? 1))
        case .loginRefused(let refusal): .refused(reason: refusal.reason)
        case .denied(let reason): repository.credential == nil ? .refused(reason: reason) : .denied(reason: reason)
        case .unreachable(let reason), .untrusted(let reason), .timedOut(let reason), .failed(let reason, _), .throttled(let reason, _):
            .inconclusive(reason: reason)
        case .unknownHost(let reason): .unknownHost(reason: reason)
        case .forbiddenRedirect(let reason): .inconclusive(reason: reason)
        case .forbidden(let reason): .forbidden(reason: reason)
        case .abandoned: .inconclusive(reason: host.text(.abandoned))
        case .limited(let limit): .limited(limit)
        }
    }

    var host: RequestedHost { .registry(repository.registry.authority) }
}

extension UpstreamError {
    /// Whether a response of the registry or its realm caused the error.
    var isResponse: Bool {
        switch self {
        case .loginRefused(let refusal): !refusal.isHeld
        case .denied, .throttled, .failed, .forbiddenRedirect: true
        case .unreachable, .untrusted, .unknownHost, .timedOut, .forbidden, .abandoned, .limited: false
        }
    }
}
