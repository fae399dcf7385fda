internal import Domain
internal import FoundationEssentials
internal import NIOCore

/// The requests of one verification, after the registry was found.
struct Session {
    let transport: any RegistryTransport
    let endpoint: RegistryEndpoint
    let path: String
    let credential: Credential?
    let deadline: NIODeadline

    func verify(after ping: RegistryResponse, depth: VerificationDepth) async throws(TransportError) -> VerificationOutcome {
        switch Authentication(ping) {
        case .unspoken(let reason): return VerificationOutcome(verdict: .unspoken(reason: about(reason)))
        case .silent(let reason): return VerificationOutcome(verdict: .silent(reason: about(reason)))
        case .open: return try await verify(authorization: nil, depth: depth)
        case .basic:
            guard let credential else {
                return VerificationOutcome(verdict: .refused(reason: about("it asks for a user name and a password")))
            }
            return try await verify(authorization: Self.basic(credential), depth: depth)
        }
    }

    /// Reads the repository's tags: the smallest call that needs the right to pull this very repository.
    private func verify(authorization: Secret?, depth: VerificationDepth) async throws(TransportError) -> VerificationOutcome {
        let response = try await send(.get, "\(endpoint.origin)/v2/\(path)/tags/list?n=1", authorization)
        if response.status == 401, authorization == nil, let credential, response.challenges.contains(where: { $0.scheme == "basic" }) {
            return try await verify(authorization: Self.basic(credential), depth: depth)
        }
        var outcome = VerificationOutcome(verdict: verdict(response, isAsked: authorization != nil))
        switch outcome.verdict {
        case .accepted: outcome.granted.pull = .yes
        case .absent: break
        case .refused, .silent, .unspoken: return outcome
        }
        if depth == .push { outcome.granted.push = try await tryPush(authorization) }
        return outcome
    }

    private func verdict(_ response: RegistryResponse, isAsked: Bool) -> VerificationOutcome.Verdict {
        let fault = RegistryFault(response.body)
        switch response.status {
        case 200:
            let isUnasked = credential != nil && !isAsked
            return .accepted(note: isUnasked ? about("it lets everybody read and did not ask for the credential") : nil)
        case 401, 403: return .refused(reason: about(describe(response, fault)))
        case 404 where fault?.code == "NAME_UNKNOWN": return .absent
        default: return .silent(reason: about(describe(response, fault)))
        }
    }

    /// Starts an upload, as a push does, and cancels it.
    private func tryPush(_ authorization: Secret?) async throws(TransportError) -> Grant {
        let response = try await send(.post, "\(endpoint.origin)/v2/\(path)/blobs/uploads/", authorization)
        switch response.status {
        case 202:
            if let upload = response.location.flatMap(endpoint.resolve(location:)) {
                // What the registry says to that changes nothing: it forgets uploads that are not finished.
                _ = try? await send(.delete, upload, authorization)
            }
            return .yes
        case 401, 403, 405: return .no
        default: return .unknown
        }
    }

    private func send(
        _ method: RegistryRequest.Method, _ url: String, _ authorization: Secret?
    ) async throws(TransportError) -> RegistryResponse {
        try await transport.send(RegistryRequest(method, url, authorization: authorization), to: endpoint, deadline: deadline)
    }

    private func about(_ reason: String) -> String { "\(endpoint.authority): \(reason)" }

    private func describe(_ response: RegistryResponse, _ fault: RegistryFault?) -> String {
        let answer = "it answered \(response.status)"
        return fault.map { "\(answer), \($0.sentence(hiding: credential))" } ?? answer
    }

    /// https://www.rfc-editor.org/rfc/rfc7617
    static func basic(_ credential: Credential) -> Secret {
        let pair = Data("\(credential.username.revealed()):\(credential.password.revealed())".utf8)
        return Secret("Basic \(pair.base64EncodedString())")
    }
}

/// How a registry authenticates, from its answer to `GET /v2/`.
enum Authentication: Hashable, Sendable {
    case open
    case basic
    case unspoken(String)
    case silent(String)

    init(_ ping: RegistryResponse) {
        let schemes = ping.challenges.map(\.scheme)
        switch ping.status {
        case 200: self = .open
        case 401 where schemes.contains("basic"): self = .basic
        case 401 where !schemes.isEmpty:
            self = .unspoken("it authenticates with '\(schemes.joined(separator: ", "))', and only Basic can be verified here")
        case 401: self = .silent("it answered 401 without saying how to authenticate")
        case 404: self = .silent("there is no registry: GET /v2/ is not found")
        case 300..<400: self = .silent("it redirects GET /v2/ elsewhere, which is not followed")
        case 429: self = .silent("it answered 429: too many requests")
        default: self = .silent("it answered \(ping.status) to GET /v2/")
        }
    }
}
