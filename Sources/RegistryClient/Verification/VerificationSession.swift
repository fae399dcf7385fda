import Domain
import HTTPTypes
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
            if case .throttled(_, let retryAfter) = error { outcome.failure = RegistryFailure(isGeneral: true, retryAfter: retryAfter) }
            return outcome
        }
        var outcome: VerificationOutcome
        if depth == .reachability {
            outcome = reachability(ping)
        } else {
            outcome = await verify(depth, after: ping)
            outcome.failure = outcome.failure?.with(ping)
        }
        outcome.isReached = ping.status != nil || outcome.isReached
        outcome.isSSL = outcome.isReached ? ping.endpoint.isTLS : repository.registry.isSSL
        return outcome
    }

    private func reachability(_ ping: Ping) -> VerificationOutcome {
        switch ping.status {
        case nil: VerificationOutcome(verdict: .inconclusive(reason: host.text(ping.failure ?? .timedOut)), isReached: false)
        case let status? where ping.isFailure:
            VerificationOutcome(
                verdict: .inconclusive(reason: host.text(.error, ResponseStatus(status))), failure: RegistryFailure().with(ping))
        default: VerificationOutcome(verdict: .reachable)
        }
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
            return VerificationOutcome(
                verdict: verdict(error), isReached: error.isResponse, isLoginRefused: isLoginRefused, failure: error.registryFailure)
        }
    }
}

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
