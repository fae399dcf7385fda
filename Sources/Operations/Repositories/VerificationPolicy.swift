import Domain
import FoundationEssentials
import Naming
import RegistryClient

/// What the server does where a registry gives no answer, and where a request does not say whether to ask.
package enum VerificationPolicy: String, Hashable, Sendable, CaseIterable {
    /// Ask; store without an answer too.
    case store
    /// Ask; store nothing that was not verified.
    case require
    /// Do not ask unless the request says so.
    case skip
}

/// What a request says of verifying.
package enum RequestedVerification: Hashable, Sendable {
    case unsaid
    case no
    case pull
    case push
}

extension VerificationPolicy {
    /// How deep to verify; nil for not at all.
    func depth(for requested: RequestedVerification) throws(RequestError) -> VerificationDepth? {
        switch (requested, self) {
        case (.push, _): return .push
        case (.pull, _), (.unsaid, .store), (.unsaid, .require): return .pull
        case (.no, .require): throw .invalid("This server stores verified repositories only: leave out verify=false")
        case (.no, _), (.unsaid, .skip): return nil
        }
    }

    /// What is stored of an outcome, or why nothing is.
    func verification(
        from outcome: VerificationOutcome, of registry: RegistryAuthority, at date: Date
    ) throws(RequestError) -> Verification {
        switch outcome.verdict {
        case .accepted(let note):
            return Verification(
                state: .verified, reason: note, granted: outcome.granted, checked: date, isAccepted: outcome.isAuthenticated)
        case .absent:
            return Verification(
                state: .absent, reason: Verification.absence(at: registry), granted: outcome.granted, checked: date,
                isAccepted: outcome.isAuthenticated)
        case .refused(let reason):
            throw .invalid("The registry refused: \(reason)")
        // Clients tell from the first words whether the login itself is refused.
        case .denied(let reason):
            throw .invalid("The registry denied access: \(reason)")
        case .forbidden(let reason):
            throw .invalid("The server may not ask the registry: \(reason)")
        case .limited(let limit):
            throw RequestError(limit)
        case .reachable:
            return Verification(state: .unverified, checked: date)
        case .silent(let reason), .unknownHost(let reason):
            guard self != .require else { throw .invalid("The registry could not be asked: \(reason)") }
            return Verification(state: .unreachable, reason: reason, checked: date)
        case .unspoken(let reason):
            guard self != .require else { throw .invalid("The credential could not be verified: \(reason)") }
            return Verification(state: .unverified, reason: reason, checked: date)
        }
    }
}

extension RequestError {
    init(_ limit: LimitReached) {
        self = .busy("Nothing was done, because \(limit.reason)", retryAfter: limit.retryAfter)
    }
}
