import Domain
import HTTPTypes
import Naming

// Verifies the right to pull.
extension VerificationSession {
    struct Reading {
        var outcome: VerificationOutcome
        /// Whether the repository is absent, or hidden from anonymous clients.
        var isHidden = false

        /// The result of a response that shows nothing else.
        init(_ verdict: VerificationOutcome.Verdict, isAuthenticated: Bool) {
            outcome = VerificationOutcome(verdict: verdict, isAuthenticated: isAuthenticated)
        }

        init(_ verdict: VerificationOutcome.Verdict, _ response: UpstreamResponse, of repository: UpstreamRepository) {
            outcome = VerificationOutcome(verdict: verdict, isAuthenticated: response.isAuthenticated)
            if case .inconclusive = verdict { outcome.failure = RegistryFailure(retryAfter: response.fields[.retryAfter]) }
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
    func read(after ping: Ping) async throws(UpstreamError) -> Reading {
        // Registries lock accounts after a few refused logins: a confirmation sends the login once, as a pull does.
        if cause == .confirmation { return try await readManifest() }
        let response: UpstreamResponse
        do throws(UpstreamError) {
            response = try await send(.get, "tags/list?n=1")
        } catch {
            switch error {
            // The login is refused for lists only.
            case .denied(let reason): return try await readManifest(orElse: Reading(.denied(reason: reason), isAuthenticated: true))
            // Lists may be on another host than manifests.
            case .forbiddenRedirect(let reason):
                return try await readManifest(orElse: Reading(.inconclusive(reason: reason), isAuthenticated: false))
            default: throw error
            }
        }
        switch response.status {
        case 200:
            // Any web server may respond with 200.
            let first = try await beginning(of: response).first { !" \t\r\n".utf8.contains($0) }
            guard first == UInt8(ascii: "{") || response.fields[.contentEncoding] != nil else {
                let reason = host.text(.unexpectedBody, ResponseStatus(response.status))
                return Reading(.inconclusive(reason: reason), response, of: repository)
            }
            return accepted(response)
        case 401 where !response.isAuthenticated && !response.isRefusalElsewhere:
            return Reading(verdict(response, await error(in: response), ping), response, of: repository)
        case 404:
            // An incomplete response does not show that the repository is absent.
            let error = UpstreamErrorResponse(
                response, bytes: try await beginning(of: response), of: repository, because: client.cause)
            let isUnknown = error.registryCode == "NAME_UNKNOWN"
            let isRegistry = isUnknown || response.isAuthenticated || ping.scheme != nil
            guard isRegistry else {
                return Reading(.inconclusive(reason: host.text(.isNoRegistry, ResponseStatus(404))), response, of: repository)
            }
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
        let reason = host.text(.hidesRepository, ResponseStatus(response.status))
        var reading = Reading(.inconclusive(reason: reason), response, of: repository)
        (reading.isHidden, reading.outcome.failure) = (true, nil)
        return reading
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
            // An incomplete response does not show that the manifest is absent.
            let error = UpstreamErrorResponse(
                response, bytes: try await beginning(of: response), of: repository, because: client.cause)
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
        let note = isUnasked ? "\(repository.registry.authority) allows anonymous reads and did not request the credential" : nil
        var reading = Reading(.accepted(note: note), response, of: repository)
        reading.outcome.granted.pull = .yes
        return reading
    }
}
