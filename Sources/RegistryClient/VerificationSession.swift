import Domain
import FoundationEssentials
import NIOCore

/// The requests of one verification, after the registry was found.
struct Session {
    let transport: any RegistryTransport
    let endpoint: RegistryEndpoint
    let path: String
    let credential: Credential?
    let deadline: NIODeadline
    /// The credential, once the registry has asked for it.
    var authorization: Secret?

    mutating func verify(after ping: RegistryResponse, depth: VerificationDepth) async throws(TransportError) -> VerificationOutcome {
        if let credential, Authentication(ping) == .basic {
            authorization = Self.basic(credential)
        } else if let objection = objection(ping) {
            return VerificationOutcome(verdict: objection)
        }
        return try await verify(depth: depth)
    }

    /// Why there is no going on without a credential; nil where there is.
    private func objection(_ response: RegistryResponse) -> VerificationOutcome.Verdict? {
        switch Authentication(response) {
        case .open: nil
        case .basic: .refused(reason: about("it asks for a user name and a password"))
        case .unspoken(let reason): .unspoken(reason: about(reason))
        case .silent(let reason): .silent(reason: about(reason))
        }
    }

    /// Reads the repository's tags: the smallest call that needs the right to pull this very repository.
    private mutating func verify(depth: VerificationDepth) async throws(TransportError) -> VerificationOutcome {
        let response = try await send(.get, "\(endpoint.origin)/v2/\(path)/tags/list?n=1")
        var outcome = VerificationOutcome(verdict: verdict(response))
        switch outcome.verdict {
        case .accepted: outcome.granted.pull = .yes
        case .absent: break
        case .refused, .silent, .unspoken: return outcome
        }
        if depth == .push { outcome.granted.push = await tryPush() }
        if case .accepted = outcome.verdict, credential != nil, authorization == nil {
            outcome.verdict = .accepted(note: about("it lets everybody read and did not ask for the credential"))
        }
        return outcome
    }

    private func verdict(_ response: RegistryResponse) -> VerificationOutcome.Verdict {
        // A credential that was not sent was not refused either.
        if response.status == 401, authorization == nil, let objection = objection(response) { return objection }
        let fault = RegistryFault(response.body)
        switch response.status {
        case 200: return .accepted(note: nil)
        case 401, 403: return .refused(reason: about(describe(response, fault)))
        case 404 where fault?.code == "NAME_UNKNOWN": return .absent
        default: return .silent(reason: about(describe(response, fault)))
        }
    }

    /// Starts an upload, as a push does, and cancels it. No answer says nothing of the right to push, and takes nothing
    /// back of what is known by then.
    private mutating func tryPush() async -> Grant {
        guard let response = try? await send(.post, "\(endpoint.origin)/v2/\(path)/blobs/uploads/") else { return .unknown }
        switch response.status {
        case 202:
            if let upload = response.location.flatMap(endpoint.resolve(location:)) {
                // What the registry says to that changes nothing: it forgets uploads that are not finished.
                _ = try? await send(.delete, upload)
            }
            return .yes
        // It asks for the credential in a way that is not spoken here.
        case 401 where authorization == nil && credential != nil: return .unknown
        case 401, 403, 405: return .no
        default: return .unknown
        }
    }

    /// Sends without the credential until the registry asks for it: some ask at the repository only, some to push only.
    private mutating func send(_ method: RegistryRequest.Method, _ url: String) async throws(TransportError) -> RegistryResponse {
        let response = try await transport.send(
            RegistryRequest(method, url, authorization: authorization), to: endpoint, deadline: deadline)
        guard authorization == nil, let credential, Authentication(response) == .basic else { return response }
        let authorization = Self.basic(credential)
        self.authorization = authorization
        return try await transport.send(
            RegistryRequest(method, url, authorization: authorization), to: endpoint, deadline: deadline)
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
            let names = schemes.contains("bearer") ? "bearer tokens" : "a scheme that is not known here"
            self = .unspoken("it authenticates with \(names), and only Basic can be verified here")
        case 401: self = .silent("it answered 401 without saying how to authenticate")
        case 404: self = .silent("there is no registry: GET /v2/ is not found")
        case 300..<400: self = .silent("it redirects GET /v2/ elsewhere, which is not followed")
        case 429: self = .silent("it answered 429: too many requests")
        default: self = .silent("it answered \(ping.status) to GET /v2/")
        }
    }
}
