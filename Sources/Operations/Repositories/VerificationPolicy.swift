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
    case unspecified
    case no
    case pull
    case push
}

extension VerificationPolicy {
    /// The depth of the verification; nil for none.
    func depth(for requested: RequestedVerification) throws(RequestError) -> VerificationDepth? {
        switch (requested, self) {
        case (.push, _): return .push
        case (.pull, _), (.unspecified, .store), (.unspecified, .require): return .pull
        case (.no, .require): throw .invalid("This server stores verified repositories only. Nothing was stored. Leave out verify=false.")
        case (.no, _), (.unspecified, .skip): return nil
        }
    }

    /// The verification to store for an outcome. Throws if the repository must not be stored.
    ///
    /// - Parameter unstored: the sentence of the error about the change that is not stored.
    func verification(
        from outcome: VerificationOutcome, of registry: RegistryAuthority, unstored: String, at date: Date
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
            throw .credentialRejected(reason.sentences(stored: unstored))
        case .denied(let reason):
            throw .invalid(reason.sentences(stored: unstored, advice: Verification.adviceOnDenial))
        case .forbidden(let reason):
            throw .invalid(reason.sentences(stored: unstored))
        case .limited(let limit):
            throw RequestError(limit, unstored)
        case .reachable:
            return Verification(state: .unverified, checked: date)
        case .inconclusive(let reason), .unknownHost(let reason):
            try checkUnverified(reason, unstored)
            return Verification(state: .unreachable, reason: reason.sentences(), checked: date)
        case .unsupported(let reason):
            try checkUnverified(reason, unstored)
            return Verification(state: .unverified, reason: reason.sentences(), checked: date)
        }
    }

    /// Throws if a repository whose credential could not be verified must not be stored.
    private func checkUnverified(_ reason: ErrorText, _ unstored: String) throws(RequestError) {
        guard self != .require else {
            throw .invalid(reason.sentences(stored: "\(unstored), because this server stores verified repositories only"))
        }
    }
}

extension RequestError {
    /// - Parameter unstored: the sentence about the change that is not stored.
    init(_ limit: LimitReached, _ unstored: String = "Nothing was stored") {
        self = .busy(limit.text.sentences(stored: unstored), retryAfter: limit.retryAfter)
    }
}

/// Reasons of states that are the same for every registry, and advice.
extension Verification {
    /// - Parameter failure: the registry does not accept the stored credential.
    static func rejection(_ failure: ErrorText) -> String {
        failure.sentences(advice: "Update the credential with 'docker-cloud repository update'")
    }

    static let adviceOnDenial = "Check the name of the repository, and the rights of this user at the registry"

    static func absence(at registry: RegistryAuthority) -> String {
        "\(registry) has no repository of this name yet. Check the spelling, or push to create it."
    }

    static func reachability(of registry: RegistryAuthority) -> String {
        "\(registry) responds now. The credential is verified by the next pull or push, or by 'docker-cloud repository verify'."
    }
}

extension RequestError {
    /// - Parameter isRequired: whether the server stores verified repositories only.
    init(unknownHost failure: ErrorText, isVerificationRequired isRequired: Bool) {
        let advice =
            isRequired ? "Check the spelling" : "Check the spelling, or register the repository without verification (verify=false)"
        self = .invalid(ErrorText(failure.failure, advice: advice).sentences(stored: "Nothing was stored"))
    }
}
