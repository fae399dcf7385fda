import Domain
import FoundationEssentials
import Naming
import RegistryClient

/// Whether the server verifies credentials, and what it stores if a registry is unreachable.
package enum VerificationPolicy: String, Hashable, Sendable, CaseIterable {
    /// Verify; store the repository even if the registry is unreachable.
    case store
    /// Verify; store only verified repositories.
    case require
    /// Verify only if the request demands it.
    case skip
}

/// The verification that a request demands.
package enum RequestedVerification: Hashable, Sendable {
    case unsaid
    case no
    case pull
    case push
}

extension VerificationPolicy {
    /// The depth of the verification; nil for none.
    func depth(for requested: RequestedVerification) throws(RequestError) -> VerificationDepth? {
        switch (requested, self) {
        case (.push, _): return .push
        case (.pull, _), (.unsaid, .store), (.unsaid, .require): return .pull
        case (.no, .require): throw .invalid("This server stores verified repositories only: leave out verify=false")
        case (.no, _), (.unsaid, .skip): return nil
        }
    }

    /// The verification to store for an outcome. Throws if the repository must not be stored.
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
        // Clients recognize by the first words whether the login itself is refused.
        case .denied(let reason):
            throw .invalid("The registry denied access: \(reason)")
        case .forbidden(let reason):
            throw .invalid("The server may not connect to the registry: \(reason)")
        case .limited(let limit):
            throw RequestError(limit)
        case .reachable:
            return Verification(state: .unverified, checked: date)
        case .silent(let reason), .unknownHost(let reason):
            guard self != .require else { throw .invalid("The registry could not be reached: \(reason)") }
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

/// Reasons of states that are the same for every registry.
extension Verification {
    static func absence(at registry: RegistryAuthority) -> String {
        "\(registry) has no repository of this name yet. Check the spelling, or push to create it."
    }

    static func reachability(of registry: RegistryAuthority) -> String {
        "\(registry) responds now. The credential is verified by the next pull or push, or by 'docker-cloud repository verify'."
    }
}

extension RequestError {
    /// - Parameter isRequired: whether the server stores verified repositories only.
    init(unknownHostOf registry: RegistryAuthority, isVerificationRequired isRequired: Bool) {
        let sentence = "\(registry.host) does not exist: no such host name. Check the spelling. Nothing was stored"
        self = .invalid(isRequired ? sentence : "\(sentence); register it without verification to store it anyway (verify=false)")
    }
}
