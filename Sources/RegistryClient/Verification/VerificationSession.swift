import Domain
import HTTPTypes
import NIOCore
import Naming

/// The requests of one verification.
struct VerificationSession {
    let client: UpstreamClient
    let repository: UpstreamRepository
    let cause: VerificationCause

    func verify(_ depth: VerificationDepth) async -> VerificationOutcome {
        let ping: Ping
        do throws(UpstreamError) {
            ping = try await client.ping(repository.registry, for: repository.requester)
        } catch {
            var outcome = VerificationOutcome(verdict: verdict(error), isSSL: repository.registry.isSSL, isReached: error.isResponse)
            if case .untrusted = error { outcome.isSSL = true }
            return outcome
        }
        var outcome: VerificationOutcome
        if depth == .reachability {
            outcome = VerificationOutcome(
                verdict: ping.status == nil ? .silent(reason: about(ping.failure?.reason ?? "no answer")) : .reachable,
                isReached: ping.status != nil)
        } else {
            outcome = await verify(depth, after: ping)
        }
        outcome.isReached = ping.status != nil || outcome.isReached
        outcome.isSSL = outcome.isReached ? ping.endpoint.isTLS : repository.registry.isSSL
        return outcome
    }

    private func verify(_ depth: VerificationDepth, after ping: Ping) async -> VerificationOutcome {
        do throws(UpstreamError) {
            let reading = try await read(after: ping)
            var outcome = reading.outcome
            switch outcome.verdict {
            case .accepted, .absent: if depth == .push { await verifyPush(&outcome) }
            // A push shows whether the registry accepts the credential.
            case _ where reading.isHidden && depth == .push:
                await verifyPush(&outcome)
                if outcome.isAuthenticated, outcome.granted.push == .yes { outcome.verdict = .absent }
            default: break
            }
            return outcome
        } catch {
            let isLoginRefused = if case .loginRefused(let refusal) = error { !refusal.isHeld } else { false }
            return VerificationOutcome(verdict: verdict(error), isReached: error.isResponse, isLoginRefused: isLoginRefused)
        }
    }
}

// Reading.
extension VerificationSession {
    private struct Reading {
        var outcome: VerificationOutcome
        /// Whether the repository is absent, or hidden from anonymous clients.
        var isHidden = false

        /// The result of a response to the credential that shows nothing else.
        init(_ verdict: VerificationOutcome.Verdict) {
            outcome = VerificationOutcome(verdict: verdict, isAuthenticated: true)
        }

        init(_ verdict: VerificationOutcome.Verdict, _ response: UpstreamResponse, of repository: UpstreamRepository) {
            outcome = VerificationOutcome(verdict: verdict, isAuthenticated: response.isAuthenticated)
            guard let (token, realm) = response.token else { return }
            outcome.realm = realm.pin(hiding: repository.secrets)
            switch verdict {
            case .accepted, .absent: outcome.granted.pull = Grants(claimedBy: token.secret, on: repository.name.path).pull
            default: break
            }
        }
    }

    /// Lists the tags, which needs the right to pull from this repository. A registry may refuse the list but allow pulls: then a manifest
    /// is requested.
    private func read(after ping: Ping) async throws(UpstreamError) -> Reading {
        // Registries lock accounts after a few refused logins: a confirmation sends the login once, as a pull does.
        if cause == .confirmation { return try await readManifest() }
        let response: UpstreamResponse
        do throws(UpstreamError) {
            response = try await send(.get, "tags/list?n=1")
        } catch {
            // The login is refused for lists only.
            guard case .denied(let reason) = error else { throw error }
            return try await readManifest(orElse: Reading(.denied(reason: reason)))
        }
        switch response.status {
        case 200:
            // Any web server may respond with 200.
            let first = try await beginning(of: response).first { !" \t\r\n".utf8.contains($0) }
            guard first == UInt8(ascii: "{") || response.fields[.contentEncoding] != nil else {
                return Reading(.silent(reason: about("it answered 200, and not with a list of tags")), response, of: repository)
            }
            return accepted(response)
        case 401 where !response.isAuthenticated:
            return Reading(verdict(response, await error(in: response), ping), response, of: repository)
        case 404:
            // An incomplete response does not show that the repository is absent.
            let error = UpstreamErrorResponse(response, bytes: try await beginning(of: response), of: repository)
            let isUnknown = error.registryCode == "NAME_UNKNOWN"
            let isRegistry = isUnknown || response.isAuthenticated || ping.scheme != nil
            guard isRegistry else { return Reading(.silent(reason: notFound(ping)), response, of: repository) }
            let absence = absence(response)
            // Lists are optional: a registry without them may have the repository.
            if !isUnknown, case let manifest = try await readManifest(orElse: absence), case .accepted = manifest.outcome.verdict {
                return manifest
            }
            return absence
        // Lists are optional, and may need another right than pulls do.
        case 400..<429, 430..<500, 501:
            let refusal = Reading(verdict(response, await error(in: response), nil), response, of: repository)
            return try await readManifest(orElse: refusal)
        default: return Reading(verdict(response, await error(in: response), ping), response, of: repository)
        }
    }

    /// The result of a 404. Without the credential it does not show that the repository is absent, or that the credential is valid.
    private func absence(_ response: UpstreamResponse) -> Reading {
        guard repository.credential != nil, !response.isAuthenticated else { return Reading(.absent, response, of: repository) }
        let reason = about("it answered 404 and did not ask for the credential: this repository is absent, or hidden")
        var reading = Reading(.silent(reason: reason), response, of: repository)
        reading.isHidden = true
        return reading
    }

    private func notFound(_ ping: Ping) -> String {
        about(
            ping.status.map { "there is no registry: it answered \($0) to GET /v2/ and 404 to the list of tags" } ?? "there is no registry")
    }

    /// Requests the manifest `latest`, as a pull does: with HEAD, and with GET if the response to HEAD is inconclusive.
    ///
    /// - Parameter refusal: the result of the refused list, which applies if the manifest shows nothing more.
    private func readManifest(orElse refusal: Reading? = nil) async throws(UpstreamError) -> Reading {
        let response = try await manifest()
        switch response.status {
        case 200..<300:
            response.body.release()
            return accepted(response)
        case 404:
            let error = await error(in: response)
            let absence = absence(response)
            switch (error.registryCode, refusal?.outcome.verdict) {
            case _ where absence.isHidden: return refusal ?? absence
            case ("MANIFEST_UNKNOWN"?, _): return accepted(response)
            // The registry accepted the credential for manifests, and denies the list only.
            case ("NAME_UNKNOWN"?, _), (_, .denied?): return absence
            default: return refusal ?? Reading(verdict(response, error, nil), response, of: repository)
            }
        case _ where response.isRefusalElsewhere, 429, 500...:
            return Reading(verdict(response, await error(in: response), nil), response, of: repository)
        case 401, 403:
            let error = await error(in: response)
            switch refusal?.outcome.verdict {
            case .denied?, .refused?: if let refusal { return refusal }
            default: break
            }
            return Reading(verdict(response, error, nil), response, of: repository)
        default:
            let error = await error(in: response)
            return refusal ?? Reading(verdict(response, error, nil), response, of: repository)
        }
    }

    private func manifest() async throws(UpstreamError) -> UpstreamResponse {
        do throws(UpstreamError) {
            let head = try await send(.head, "manifests/latest", Self.manifestFields)
            let isConclusive = [401, 403, 429].contains(head.status) || (200..<300).contains(head.status)
            if isConclusive, !head.isRefusalElsewhere { return head }
            await head.discardBody()
        } catch {
            // The connection was closed, or the response was invalid.
            guard case .unreachable = error else { throw error }
        }
        return try await send(.get, "manifests/latest", Self.manifestFields)
    }

    private static let manifestFields: HTTPFields = [
        .accept: "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
            + "application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json"
    ]

    private func accepted(_ response: UpstreamResponse) -> Reading {
        let isUnasked = repository.credential != nil && !response.isAuthenticated
        let note = isUnasked ? about("it lets everybody read and did not ask for the credential") : nil
        var reading = Reading(.accepted(note: note), response, of: repository)
        reading.outcome.granted.pull = .yes
        return reading
    }
}

// Pushing.
extension VerificationSession {
    /// Starts an upload, as a push does, and cancels it. A response that shows nothing about the right to push leaves the outcome
    /// unchanged.
    private func verifyPush(_ outcome: inout VerificationOutcome) async {
        do throws(UpstreamError) {
            let response = try await send(.post, "blobs/uploads/", rights: .pullAndPush)
            await response.discardBody()
            outcome.realm = outcome.realm ?? response.token?.realm.pin(hiding: repository.secrets)
            if response.isAuthenticated, case .accepted = outcome.verdict { outcome.verdict = .accepted(note: nil) }
            if (200..<300).contains(response.status) {
                outcome.isAuthenticated = outcome.isAuthenticated || response.isAuthenticated
                // A response without a location shows nothing: any web server may respond with 200.
                guard let location = response.uploadLocation else { return }
                await cancel(location)
                outcome.granted.push = .yes
            } else if [401, 403, 405].contains(response.status) {
                outcome.granted.push = .no
            }
        } catch {
            switch error {
            case .denied: outcome.granted.push = .no
            case .loginRefused(let refusal) where !refusal.isHeld: outcome.granted.push = .no
            default: break
            }
        }
    }

    /// The response does not matter: registries remove uploads that are not completed.
    private func cancel(_ upload: UpstreamLocation) async {
        for rights in [UpstreamRights.pullAndPush, .delete] {
            let request = UpstreamRequest(.delete, .location(upload), rights: rights)
            guard let response = try? await client.send(request, to: repository) else { return }
            await response.discardBody()
            // The right to push does not cover it at the CNCF's registry: https://github.com/distribution/distribution,
            // `appendAccessRecords` in registry/handlers/app.go.
            guard response.status == 401 else { return }
        }
    }
}

// The meaning of responses.
extension VerificationSession {
    private func send(
        _ method: HTTPRequest.Method, _ resource: String, _ fields: HTTPFields = [.accept: "*/*"], rights: UpstreamRights = .pull
    ) async throws(UpstreamError) -> UpstreamResponse {
        try await client.send(UpstreamRequest(method, .resource(resource), fields: fields, rights: rights), to: repository)
    }

    /// The error in a response, without its text if the body does not arrive in time for further requests.
    private func error(in response: UpstreamResponse) async -> UpstreamErrorResponse {
        let limit = min(client.limits.error, .nanoseconds(client.responseLimit.nanoseconds / 4))
        let bytes = try? await response.beginning(within: limit)
        return UpstreamErrorResponse(response, bytes: bytes ?? [], of: repository)
    }

    private func beginning(of response: UpstreamResponse) async throws(UpstreamError) -> [UInt8] {
        do {
            return try await response.beginning(within: min(client.limits.manifest, client.responseLimit))
        } catch {
            throw UpstreamError(error, of: repository.registry.authority)
        }
    }

    private func verdict(_ response: UpstreamResponse, _ error: UpstreamErrorResponse, _ ping: Ping?) -> VerificationOutcome.Verdict {
        switch response.status {
        case _ where response.isRefusalElsewhere: return .silent(reason: about(error.sentence))
        // https://www.rfc-editor.org/rfc/rfc6750#section-3.1: the registry does not trust its realm.
        case 401 where response.challenges.contains { $0.parameters["error"] == "invalid_token" }:
            return .silent(reason: about("it does not accept the token of its own realm: \(error.sentence)"))
        case 401 where !response.isAuthenticated: return unauthenticated(response, error)
        case 401 where response.token == nil: return .refused(reason: about(error.sentence))
        // An anonymous token is not sufficient.
        case 401 where repository.credential == nil:
            return .refused(reason: about("somebody without a user name and a password may not use this repository: \(error.sentence)"))
        // The login succeeded: only this repository, or this right, is denied.
        case 401, 403:
            let subject = response.token == nil ? "" : "the credential may not use this repository: "
            return .denied(reason: about(subject + error.sentence))
        default: return .silent(reason: about(error.sentence))
        }
    }

    /// The registry demands authentication that this client does not support, or for which this repository has no credential.
    private func unauthenticated(_ response: UpstreamResponse, _ error: UpstreamErrorResponse) -> VerificationOutcome.Verdict {
        switch AuthenticationScheme(response.challenges) {
        case .basic? where repository.credential == nil: .refused(reason: about("it asks for a user name and a password"))
        case nil where response.challenges.contains { $0.scheme == "bearer" }:
            .unspoken(reason: about("it authenticates with bearer tokens, but names no realm"))
        case nil where !response.challenges.isEmpty: .unspoken(reason: about("it authenticates with a scheme that is not supported"))
        case nil: .refused(reason: about("it answered 401 without saying how to authenticate"))
        default: .refused(reason: about(error.sentence))
        }
    }

    private func verdict(_ error: UpstreamError) -> VerificationOutcome.Verdict {
        switch error {
        case .loginRefused(let refusal) where refusal.isHeld:
            .limited(LimitReached(.logins, of: .registry, retryAfter: refusal.retryAfter ?? 1))
        case .loginRefused(let refusal): .refused(reason: refusal.reason)
        case .denied(let reason): repository.credential == nil ? .refused(reason: reason) : .denied(reason: reason)
        case .unreachable(let reason), .untrusted(let reason), .timedOut(let reason), .failed(let reason, _), .throttled(let reason, _):
            .silent(reason: reason)
        case .unknownHost(let reason): .unknownHost(reason: reason)
        case .forbidden(let reason): .forbidden(reason: reason)
        case .abandoned: .silent(reason: about("the request was cancelled"))
        case .limited(let limit): .limited(limit)
        }
    }

    private func about(_ reason: String) -> String { "\(repository.registry.authority): \(reason)" }
}

extension UpstreamError {
    /// Whether a response of the registry or its realm caused the error.
    fileprivate var isResponse: Bool {
        switch self {
        case .loginRefused(let refusal): !refusal.isHeld
        case .denied, .throttled, .failed: true
        case .unreachable, .untrusted, .unknownHost, .timedOut, .forbidden, .abandoned, .limited: false
        }
    }
}
