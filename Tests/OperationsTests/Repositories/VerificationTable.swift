import Domain
import Operations
import RegistryClient
import Testing

/// The verification for each policy and request, as documented.
struct PolicyRow: Sendable, CustomTestStringConvertible {
    enum Depth: Sendable {
        case pull, push, none, refused
    }

    let policy: VerificationPolicy
    let requested: RequestedVerification
    let depth: Depth

    var testDescription: String { "--verify \(policy), \(requested)" }

    static let all = [
        PolicyRow(policy: .store, requested: .unspecified, depth: .pull),
        PolicyRow(policy: .store, requested: .no, depth: .none),
        PolicyRow(policy: .store, requested: .pull, depth: .pull),
        PolicyRow(policy: .store, requested: .push, depth: .push),
        PolicyRow(policy: .require, requested: .unspecified, depth: .pull),
        PolicyRow(policy: .require, requested: .no, depth: .refused),
        PolicyRow(policy: .require, requested: .pull, depth: .pull),
        PolicyRow(policy: .require, requested: .push, depth: .push),
        PolicyRow(policy: .skip, requested: .unspecified, depth: .none),
        PolicyRow(policy: .skip, requested: .no, depth: .none),
        PolicyRow(policy: .skip, requested: .pull, depth: .pull),
        PolicyRow(policy: .skip, requested: .push, depth: .push),
    ]
}

/// The stored result of each verdict.
struct VerdictRow: Sendable, CustomTestStringConvertible {
    let verdict: VerificationOutcome.Verdict
    /// nil if nothing is stored.
    let state: Verification.State?
    let reason: String?
    /// Whether the verdict determines the rights of the credential.
    var isGrant = false
    /// Whether a server with the policy `require` stores it as well.
    var isEnough = false

    var testDescription: String { "\(verdict)" }

    static let all = [
        VerdictRow(verdict: .accepted(note: nil), state: .verified, reason: nil, isGrant: true, isEnough: true),
        VerdictRow(
            verdict: .accepted(note: "no password was asked for"), state: .verified, reason: "no password was asked for", isGrant: true,
            isEnough: true),
        VerdictRow(
            verdict: .absent, state: .absent,
            reason: "registry.example has no repository of this name yet. Check the spelling, or push to create it.", isGrant: true,
            isEnough: true),
        VerdictRow(verdict: .refused(reason: "DENIED: no"), state: nil, reason: "DENIED: no. Nothing was stored."),
        VerdictRow(
            verdict: .denied(reason: "DENIED: not yours"), state: nil,
            reason: "DENIED: not yours. Nothing was stored. Check the name of the repository, and the rights of this user at the registry."),
        VerdictRow(
            verdict: .forbidden(reason: "it is in a private network"), state: nil, reason: "it is in a private network. Nothing was stored."
        ),
        VerdictRow(verdict: .inconclusive(reason: "no answer in time"), state: .unreachable, reason: "no answer in time"),
        VerdictRow(verdict: .unsupported(reason: "it wants NTLM"), state: .unverified, reason: "it wants NTLM"),
    ]
}
