import Domain
import NIOCore

/// The requests of one verification, after the registry was found.
struct Session {
    let transport: any RegistryTransport
    let endpoint: RegistryEndpoint
    let path: String
    let credential: Credential?
    let deadline: NIODeadline
    /// What the registry is shown, once it has asked: the credential, or a token that was made for it.
    var admission: Admission?

    enum Admission {
        case basic(Secret)
        case bearer(Token, granted: Grants, from: TokenSource)
    }

    init(
        transport: any RegistryTransport, endpoint: RegistryEndpoint, path: String, credential: Credential?, deadline: NIODeadline
    ) {
        self.transport = transport
        self.endpoint = endpoint
        self.path = path
        self.credential = credential
        self.deadline = deadline
    }

    mutating func verify(after ping: RegistryResponse, depth: VerificationDepth) async throws(TransportError) -> VerificationOutcome {
        if let objection = await admit(after: ping) { return VerificationOutcome(verdict: objection) }
        var outcome = try await verify(depth: depth)
        if case .bearer(_, _, let source)? = admission { outcome.realm = source.realm.pin(hiding: credential) }
        return outcome
    }

    /// Reads the repository's tags: the smallest call that needs the right to pull this very repository.
    private mutating func verify(depth: VerificationDepth) async throws(TransportError) -> VerificationOutcome {
        var outcome: VerificationOutcome
        switch try await send(.get, "\(endpoint.origin)/v2/\(path)/tags/list?n=1") {
        case .response(let response): outcome = VerificationOutcome(verdict: verdict(response))
        case .objection(let objection): return VerificationOutcome(verdict: objection)
        }
        if case .bearer(_, let granted, _)? = admission { outcome.granted = granted }
        switch outcome.verdict {
        case .accepted: outcome.granted.pull = .yes
        case .absent: break
        case .refused, .reachable, .silent, .unknownHost, .unspoken, .forbidden, .limited: return VerificationOutcome(verdict: outcome.verdict)
        }
        if depth == .push, let push = await tryPush() { outcome.granted.push = push }
        if case .accepted = outcome.verdict, credential != nil, admission == nil {
            outcome.verdict = .accepted(note: about("it lets everybody read and did not ask for the credential"))
        }
        return outcome
    }

    /// Starts an upload, as a push does, and cancels it. No answer says nothing of the right to push, and takes nothing
    /// back of what is known by then: nil.
    private mutating func tryPush() async -> Grant? {
        guard let reply = try? await send(.post, "\(endpoint.origin)/v2/\(path)/blobs/uploads/") else { return nil }
        switch reply {
        case .response(let response) where response.status == 202:
            if let upload = response.location.flatMap(endpoint.resolve(location:)) { await cancel(upload) }
            return .yes
        case .response(let response): return [401, 403, 405].contains(response.status) ? .no : nil
        case .objection(.refused): return .no
        case .objection: return nil
        }
    }

    /// What the registry says to that changes nothing: it forgets uploads that are not finished.
    private mutating func cancel(_ upload: String) async {
        guard case .response(let response)? = try? await send(.delete, upload), response.status == 401 else { return }
        // For the CNCF's registry the right to push does not cover it: https://github.com/distribution/distribution,
        // `appendAccessRecords` in registry/handlers/app.go.
        guard case .bearer(_, _, let source)? = admission, let token = try? await source.token(for: .delete) else { return }
        let request = RegistryRequest(.delete, upload, authorization: token.authorization)
        _ = try? await transport.send(request, to: endpoint, deadline: deadline)
    }

    private enum Reply {
        case response(RegistryResponse)
        case objection(VerificationOutcome.Verdict)
    }

    /// Sends without the credential until the registry asks for it: some ask at the repository only, some to push only.
    private mutating func send(_ method: RegistryRequest.Method, _ url: String) async throws(TransportError) -> Reply {
        let response = try await transport.send(request(method, url), to: endpoint, deadline: deadline)
        guard admission == nil, response.status == 401 else { return .response(response) }
        if let objection = await admit(after: response) { return .objection(objection) }
        return .response(try await transport.send(request(method, url), to: endpoint, deadline: deadline))
    }

    private func request(_ method: RegistryRequest.Method, _ url: String) -> RegistryRequest {
        switch admission {
        case .basic(let authorization): RegistryRequest(method, url, authorization: authorization)
        case .bearer(let token, _, _): RegistryRequest(method, url, authorization: token.authorization)
        case nil: RegistryRequest(method, url)
        }
    }
}

// What answers mean.
extension Session {
    private func verdict(_ response: RegistryResponse) -> VerificationOutcome.Verdict {
        let fault = RegistryFault(response.body)
        let answer = describe(response, fault)
        switch response.status {
        case 200: return .accepted(note: nil)
        // https://www.rfc-editor.org/rfc/rfc6750#section-3.1: it is the realm that the registry does not believe.
        case 401 where response.challenges.contains { $0.parameters["error"] == "invalid_token" }:
            return .silent(reason: about("it does not take the token that its own realm made: \(answer)"))
        case 401, 403: return .refused(reason: about(isToken ? "\(subject) may not use this repository: \(answer)" : answer))
        case 404 where fault?.code == "NAME_UNKNOWN": return .absent
        default: return .silent(reason: about(answer))
        }
    }

    private var isToken: Bool { if case .bearer? = admission { true } else { false } }

    private var subject: String { credential == nil ? "somebody without a user name and a password" : "the credential" }

    func about(_ reason: String) -> String { "\(endpoint.authority): \(reason)" }

    private func describe(_ response: RegistryResponse, _ fault: RegistryFault?) -> String {
        let answer = "it answered \(response.status)"
        var token: Credential?
        if case .bearer(let secret, _, _)? = admission { token = Credential(username: Secret(""), password: secret.secret) }
        return fault.map { "\(answer), \($0.sentence(hiding: credential, token))" } ?? answer
    }
}
