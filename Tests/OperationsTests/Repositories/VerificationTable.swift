import Domain
import Operations
import RegistryClient
import Testing

/// What policy and wish come to: one row each, as the documentation has them.
struct AskingRow: Sendable, CustomTestStringConvertible {
    enum Asked: Sendable {
        case pull, push, not, refused
    }

    let policy: VerificationPolicy
    let wish: RequestedVerification
    let asked: Asked

    var testDescription: String { "--verify \(policy), \(wish)" }

    static let all = [
        AskingRow(policy: .store, wish: .unsaid, asked: .pull),
        AskingRow(policy: .store, wish: .no, asked: .not),
        AskingRow(policy: .store, wish: .pull, asked: .pull),
        AskingRow(policy: .store, wish: .push, asked: .push),
        AskingRow(policy: .require, wish: .unsaid, asked: .pull),
        AskingRow(policy: .require, wish: .no, asked: .refused),
        AskingRow(policy: .require, wish: .pull, asked: .pull),
        AskingRow(policy: .require, wish: .push, asked: .push),
        AskingRow(policy: .skip, wish: .unsaid, asked: .not),
        AskingRow(policy: .skip, wish: .no, asked: .not),
        AskingRow(policy: .skip, wish: .pull, asked: .pull),
        AskingRow(policy: .skip, wish: .push, asked: .push),
    ]
}

/// What an answer of the registry comes to.
struct AnswerRow: Sendable, CustomTestStringConvertible {
    let verdict: VerificationOutcome.Verdict
    /// nil where nothing is stored.
    let state: Verification.State?
    let reason: String?
    /// Whether it says anything of what the credential may do.
    var isGrant = false
    /// Whether a server that requires verification has it, too.
    var isEnough = false

    var testDescription: String { "\(verdict)" }

    static let all = [
        AnswerRow(verdict: .accepted(note: nil), state: .verified, reason: nil, isGrant: true, isEnough: true),
        AnswerRow(
            verdict: .accepted(note: "no password was asked for"), state: .verified, reason: "no password was asked for", isGrant: true,
            isEnough: true),
        AnswerRow(
            verdict: .absent, state: .absent,
            reason: "registry.example has no repository of this name yet. Check the spelling, or push to create it.", isGrant: true,
            isEnough: true),
        AnswerRow(verdict: .refused(reason: "DENIED: no"), state: nil, reason: "DENIED: no"),
        AnswerRow(verdict: .denied(reason: "DENIED: not yours"), state: nil, reason: "The registry denied access: DENIED: not yours"),
        AnswerRow(verdict: .forbidden(reason: "it is in a private network"), state: nil, reason: "it is in a private network"),
        AnswerRow(verdict: .silent(reason: "no answer in time"), state: .unreachable, reason: "no answer in time"),
        AnswerRow(verdict: .unspoken(reason: "it wants NTLM"), state: .unverified, reason: "it wants NTLM"),
    ]
}
