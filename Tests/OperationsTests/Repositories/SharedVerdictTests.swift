import Domain
import FoundationEssentials
import Naming
import Operations
import RegistryClient
import Storage
import TestSupport
import Testing

@Suite("Shared verdicts")
struct SharedVerdictTests: SharedVerdictSuite {
    private static let silence = VerificationOutcome(verdict: .inconclusive(reason: "no response"), isReached: false)

    @Test("An unreachable registry is requested once for all of its repositories, and again after one minute, two minutes and so on")
    func silent() async throws {
        let backend = try await due(250)
        let before = questions(backend)
        answer(backend, Self.silence)
        try await check(backend, rounds: 2)
        #expect(questions(backend) == before + 1)
        #expect(questions(backend, about: "live.example") == 2)
        #expect(try await states(backend, 250) == [.unreachable])
        #expect(try await backend.actions().count { $0.kind == .repositoryVerify && !$0.origin.isCall } == 250, "each trail has its change")
        for (minutes, asked) in [(0.9, 1), (0.15, 2), (1.8, 2), (0.3, 3), (3.6, 3), (0.6, 4)] {
            backend.clock.advance(by: minutes * 60)
            try await check(backend)
            #expect(questions(backend) == before + asked, "\(minutes) min")
        }
    }

    @Test("When the registry responds again, all of its repositories are verified at once", arguments: [false, true])
    func recovered(byHand: Bool) async throws {
        let backend = try await due(20)
        answer(backend, Self.silence)
        try await check(backend)
        for _ in 0..<5 {
            backend.clock.advance(by: 3600)
            try await check(backend)
        }
        answer(backend, StubVerifier.accepting)
        if byHand {
            try await backend.verifyAgain("dead.example/image-3")
        } else {
            backend.clock.advance(by: 2 * 3600)
        }
        try await check(backend, rounds: 2)
        #expect(try await states(backend, 20) == [.verified])
    }

    @Test("When a registry responds again, its repositories have their earlier states at once", arguments: [false, true])
    func resumed(byHand: Bool) async throws {
        let backend = try await due(250)
        try RawDatabase(backend).run("UPDATE repositories SET state = 'Absent' WHERE name = 'dead.example/image-5'")
        try RawDatabase(backend).run("UPDATE repositories SET state = 'Unverified' WHERE name = 'dead.example/image-6'")
        answer(backend, Self.silence)
        try await check(backend)
        backend.clock.advance(by: 120)
        try await check(backend)
        #expect(try await states(backend, 250) == [.unreachable])
        answer(backend, StubVerifier.accepting)
        backend.clock.advance(by: 10)
        let before = questions(backend)
        if byHand {
            try await backend.verifyAgain("dead.example/image-3")
        } else {
            try await backend.backend.verifyInTheBackground(try await backend.inspect("dead.example/image-3"))
            backend.clock.advance(by: 3600)
            try await backend.backend.verifyInTheBackground(try await backend.inspect("dead.example/image-3"))
        }
        try await backend.backend.shareRecoveries()
        #expect(questions(backend) == before + 1)
        for number in 0..<250 {
            let verification = try await backend.inspect("dead.example/image-\(number)").verification
            #expect(verification.state == (number == 5 ? .absent : number == 6 ? .unreachable : .verified), "\(number)")
            #expect(verification.stateBefore == nil && verification.isAccepted && verification.silences == (number == 6 ? 2 : 0))
        }
        backend.clock.advance(by: 3600)
        try await check(backend)
        #expect(questions(backend) > before + 240, "they are verified within an hour")
        #expect(try await states(backend, 250) == [.verified])
    }

    @Test("If a login stops working again before the recovery is shared, its repositories stay rejected")
    func relapse() async throws {
        let backend = try await due(3)
        answer(backend, .refusal)
        try await backend.verifyAgain("dead.example/image-0")
        try await confirm(backend)
        answer(backend, StubVerifier.accepting)
        try await backend.verifyAgain("dead.example/image-0")
        answer(backend, .refusal)
        try await backend.verifyAgain("dead.example/image-0")
        try await backend.backend.shareRecoveries()
        #expect(try await states(backend, 3) == [.rejected])
    }

    @Test("A repository that its registry denies to a valid login stays rejected when the login works again")
    func ownRejection() async throws {
        let backend = try await due(4)
        answer(backend, VerificationOutcome(verdict: .refused(reason: "403")))
        try await backend.verifyAgain("dead.example/image-3")
        answer(backend, .refusal)
        try await backend.verifyAgain("dead.example/image-0")
        try await confirm(backend)
        #expect(try await states(backend, 4) == [.rejected])
        answer(backend, StubVerifier.accepting)
        try await backend.verifyAgain("dead.example/image-0")
        try await backend.backend.shareRecoveries()
        #expect(try await states(backend, 3) == [.verified])
        let own = try await backend.inspect("dead.example/image-3").verification
        #expect(own.state == .rejected && own.due == backend.clock.clock.now(), "it is verified at once")
    }

    @Test("A timeout for one repository does not affect others")
    func slow() async throws {
        let backend = try await due(5)
        let before = questions(backend)
        answer(backend, VerificationOutcome(verdict: .inconclusive(reason: "too slow"), isReached: true))
        try await check(backend)
        #expect(questions(backend) == before + 5)
    }

    @Test("A refused login is confirmed once, and rejects only the repositories with the same login at that registry")
    func refused() async throws {
        let backend = try await due(250) { $0.isMultiple(of: 50) ? "other" : "secret" }
        let key = try await backend.makeAccount("others")
        try await backend.register("dead.example/image-0", "user", "secret", by: key)
        answer(backend, .refusal)
        let first = try await backend.inspect("dead.example/image-1")
        let before = questions(backend)
        try await backend.backend.verifyInTheBackground(first)
        #expect(backend.backend.refusedLoginsToConfirm().isEmpty)
        backend.clock.advance(by: 5)
        for repository in backend.backend.refusedLoginsToConfirm() { try await backend.backend.confirmRefusedLogin(of: repository) }
        #expect(questions(backend) == before + 2)
        for number in 0..<250 {
            let state = try await backend.inspect("dead.example/image-\(number)").verification.state
            #expect(state == (number.isMultiple(of: 50) ? .verified : .rejected), "\(number)")
        }
        #expect(try await backend.inspect("live.example/image").verification.state == .verified)
        #expect(try await backend.inspect("dead.example/image-0", by: key).verification.state == .rejected)
        // The registry accepts the login again: repositories that share it have their earlier state, and are verified within an hour.
        answer(backend, StubVerifier.accepting)
        try await backend.verifyAgain("dead.example/image-7")
        let asked = questions(backend)
        try await backend.backend.shareRecoveries()
        #expect(try await states(backend, 250) == [.verified] && questions(backend) == asked)
        backend.clock.advance(by: 3600)
        try await check(backend)
        let others = backend.verifier.requests.filter { $0.name.authority.description == "dead.example" }.dropFirst(asked)
        #expect(others.count > 200 && others.allSatisfy { $0.credential != nil && $0.depth == .pull }, "with the login that was accepted")
        #expect(try await states(backend, 250) == [.verified])
        #expect(try await backend.inspect("dead.example/image-0", by: key).verification.state == .verified)
    }

    @Test("A refusal is confirmed with another repository that has the same login", arguments: [true, false])
    func another(isConfirmed: Bool) async throws {
        let backend = try await due(3)
        let first = try await backend.inspect("dead.example/image-0")
        try await backend.backend.noteRefusedLogin("wrong password", isConfirmed: isConfirmed, isOfLogin: false, on: first)
        if isConfirmed {
            #expect(try await states(backend, 3) == [.verified, .rejected], "its own refusals say nothing of the others")
            return
        }
        answer(backend, .refusal)
        let before = questions(backend)
        try await confirm(backend)
        #expect(questions(backend) == before + 1, "the login is sent once")
        #expect(backend.verifier.requests.last.map { $0.name != first.name && $0.cause == .confirmation } == true)
        #expect(try await states(backend, 3) == [.rejected])
    }

    static let elsewhere = [
        StubVerifier.accepting, VerificationOutcome(verdict: .absent), VerificationOutcome(verdict: .inconclusive(reason: "no answer")),
        VerificationOutcome(verdict: .refused(reason: "403")), VerificationOutcome(verdict: .limited(LimitReached(.logins, of: .registry))),
    ]

    @Test(
        "If the login is accepted for another repository, the refusal applies only to the repository itself", arguments: elsewhere,
        [true, false])
    func ownAffair(elsewhere: VerificationOutcome, isRefused: Bool) async throws {
        let backend = try await due(3)
        let first = try await backend.inspect("dead.example/image-0")
        try await backend.backend.noteRefusedLogin("wrong password", isConfirmed: false, isOfLogin: false, on: first)
        backend.verifier.answer { question in
            guard question.name == first.name else { return elsewhere }
            return isRefused ? .refusal : StubVerifier.accepting
        }
        try await confirm(backend)
        #expect(try await backend.inspect("dead.example/image-0").verification.state == (isRefused ? .rejected : .verified))
        for number in 1...2 {
            #expect(try await backend.inspect("dead.example/image-\(number)").verification.state == .verified, "\(number)")
        }
    }

    @Test("A login of a single repository is not sent again to confirm its refusal")
    func alone() async throws {
        let backend = try await due(2) { "secret-\($0)" }
        answer(backend, .refusal)
        try await check(backend)
        backend.clock.advance(by: 60)
        #expect(backend.backend.refusedLoginsToConfirm().isEmpty)
    }

    @Test("Credentials without a login mark get one at their next check")
    func unmarked() async throws {
        let backend = try await due(3)
        try RawDatabase(backend).run("UPDATE credentials SET login_mark = NULL")
        try await check(backend)
        answer(backend, .refusal)
        try await backend.verifyAgain("dead.example/image-0")
        backend.clock.advance(by: 5)
        for repository in backend.backend.refusedLoginsToConfirm() { try await backend.backend.confirmRefusedLogin(of: repository) }
        #expect(try await states(backend, 3) == [.rejected])
    }

    @Test("Repositories scheduled too far ahead, as after the clock was set back, are verified now")
    func clock() async throws {
        let backend = try await due(3)
        backend.clock.advance(by: -400 * 24 * 60 * 60)
        #expect(try await backend.backend.repositoriesToVerify(limit: 2).count == 2)
        try await check(backend)
        #expect(try await backend.backend.repositoriesToVerify(limit: 10).isEmpty)
    }
}
