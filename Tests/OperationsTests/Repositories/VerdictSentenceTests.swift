import Domain
import Operations
import RegistryClient
import TestSupport
import Testing

/// The text of each verdict for a registration, an update, a server that stores verified repositories only, and a stored repository.
@Suite("Sentences of verdicts")
struct VerdictSentenceTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let verdict: VerificationOutcome.Verdict
        /// The status of the error; nil if the repository is stored.
        let registered: String?
        let updated: String?
        let required: String?
        /// The reason of the state after another verification.
        let state: String?

        var testDescription: String { "\(verdict)" }

        private static let verifiedOnly = "Nothing was stored, because this server stores verified repositories only."
        private static let unchanged = "The stored credential was not changed."
        private static let check = "Check the name of the repository, and the rights of this user at the registry."
        private static let update = "Update the credential with 'docker-cloud repository update'."
        private static let trust = "A server administrator can allow it with 'docker-cloud registry trust R'."
        private static let limit = "The server's limit on simultaneous verifications is reached."

        static let all = [
            Row(
                verdict: .refused(reason: "R rejected this user name and password (401 Unauthorized)"),
                registered: "R rejected this user name and password (401 Unauthorized). Nothing was stored.",
                updated: "R rejected this user name and password (401 Unauthorized). \(unchanged)",
                required: "R rejected this user name and password (401 Unauthorized). Nothing was stored.",
                state: "R rejected this user name and password (401 Unauthorized). \(update)"),
            Row(
                verdict: .denied(reason: "R denied access (403 Forbidden)"),
                registered: "R denied access (403 Forbidden). Nothing was stored. \(check)",
                updated: "R denied access (403 Forbidden). \(unchanged) \(check)",
                required: "R denied access (403 Forbidden). Nothing was stored. \(check)", state: nil),
            Row(
                verdict: .forbidden(
                    reason: ErrorText(
                        "R is not allowed yet", advice: "A server administrator can allow it with 'docker-cloud registry trust R'")),
                registered: "R is not allowed yet. Nothing was stored. \(trust)", updated: "R is not allowed yet. \(unchanged) \(trust)",
                required: "R is not allowed yet. Nothing was stored. \(trust)", state: "R is not allowed yet. \(trust)"),
            Row(
                verdict: .inconclusive(reason: "R did not respond in time"), registered: nil, updated: nil,
                required: "R did not respond in time. \(verifiedOnly)", state: "R did not respond in time"),
            Row(
                verdict: .unsupported(reason: "R requires NTLM (401 Unauthorized)"), registered: nil, updated: nil,
                required: "R requires NTLM (401 Unauthorized). \(verifiedOnly)", state: "R requires NTLM (401 Unauthorized)"),
            Row(
                verdict: .unknownHost(reason: ErrorText("The host name of R does not exist", advice: "Check the spelling")),
                registered: "The host name of R does not exist. Nothing was stored. Check the spelling, or register the repository without "
                    + "verification (verify=false).", updated: nil,
                required: "The host name of R does not exist. Nothing was stored. Check the spelling.",
                state: "The host name of R does not exist. Check the spelling."),
            Row(
                verdict: .limited(LimitReached(.verifications, of: .server, retryAfter: 5)),
                registered: "\(limit) Nothing was stored. Try again in 5 s.",
                updated: "\(limit) The stored credential was not changed. Try again in 5 s.",
                required: "\(limit) Nothing was stored. Try again in 5 s.", state: nil),
        ]

        /// The status of its errors.
        var status: Int { if case .limited = verdict { 503 } else { 400 } }
    }

    private static let name = "registry.example/image"
    private static let other = "elsewhere.example/image"

    @Test("An error says what failed, what was stored and what to do, in this order", arguments: Row.all)
    func errors(row: Row) async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret")
        backend.verifier.answer { _ in VerificationOutcome(verdict: row.verdict) }
        try await expect(row.registered, row) { try await backend.register(Self.other, "user", "secret") }
        try await expect(row.updated, row) { try await backend.update(Self.name, "user", "other") }
        let strict = try await TestBackend(verifier: StubVerifier { _ in VerificationOutcome(verdict: row.verdict) }, policy: .require)
        try await expect(row.required, row) { try await strict.register(Self.name, "user", "secret") }
    }

    private func expect(_ message: String?, _ row: Row, _ change: () async throws -> Recorded<Repository>) async throws {
        guard let message else {
            _ = try await change()
            return
        }
        let error = await #expect(throws: RequestError.self) { _ = try await change() }
        #expect(error?.message == message && error?.status == row.status)
    }

    @Test("The reason of a state says what failed and what to do", arguments: Row.all.filter { $0.state != nil })
    func states(row: Row) async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, "user", "secret")
        backend.verifier.answer { _ in VerificationOutcome(verdict: row.verdict) }
        let stored = try await backend.verifyAgain(Self.name).value
        #expect(stored.verification.reason == row.state)
    }
}
