import Domain
import FoundationEssentials
import Naming
import Operations
import RegistryClient
import TestSupport
import Testing

@Suite("Registries that fail for all repositories")
struct SharedFailureTests: SharedVerdictSuite {
    private static func failing(isGeneral: Bool, retryAfter: String? = nil) -> VerificationOutcome {
        VerificationOutcome(
            verdict: .inconclusive(reason: "503 Service Unavailable"),
            failure: RegistryFailure(isGeneral: isGeneral, retryAfter: retryAfter))
    }

    @Test(
        "A registry that fails every request is requested once per interval, and one that still responds to its ping three times",
        arguments: [(true, 1), (false, 3)])
    func everything(isGeneral: Bool, count: Int) async throws {
        let backend = try await due(250)
        let before = questions(backend)
        answer(backend, Self.failing(isGeneral: isGeneral))
        try await check(backend, rounds: 2)
        #expect(questions(backend) == before + count)
        #expect(questions(backend, about: "live.example") == 2)
        #expect(try await states(backend, 250) == [.unreachable])
        #expect(try await backend.inspect("dead.example/image-9").verification.reason?.hasPrefix("503") == true)
        for minutes in [1.2, 2.4, 4.8, 9.6] {
            let asked = questions(backend)
            backend.clock.advance(by: minutes * 60)
            try await check(backend, rounds: 2)
            #expect((1...count).contains(questions(backend) - asked), "\(minutes) min")
            #expect(try await states(backend, 250) == [.unreachable])
        }
        answer(backend, StubVerifier.accepting)
        try await backend.verifyAgain("dead.example/image-100")
        try await backend.backend.shareRecoveries()
        try await check(backend)
        #expect(try await states(backend, 250) == [.verified])
    }

    @Test("Failures of some repositories do not affect others, however often they are repeated", arguments: [1, 2])
    func some(count: Int) async throws {
        let backend = try await due(20)
        backend.verifier.answer { request in
            let isFailing =
                request.name.authority.description == "dead.example"
                && (0..<count).contains { request.name.description.hasSuffix("-\($0)") }
            return isFailing ? Self.failing(isGeneral: false) : StubVerifier.accepting
        }
        for _ in 0..<60 {
            try await check(backend)
            for number in 0..<20 {
                let state = try await backend.inspect("dead.example/image-\(number)").verification.state
                #expect(state == (number < count ? .unreachable : .verified), "\(number)")
            }
            backend.clock.advance(by: 20 * 60)
        }
        #expect(try await backend.backgroundActions().count == count, "no other state changed")
    }

    @Test("A registry that serves a repository in between does not fail for all")
    func intermittent() async throws {
        let backend = try await due(30)
        backend.verifier.answer { request in
            let number = Int(request.name.description.split(separator: "-").last ?? "") ?? 0
            return number % 3 == 0 ? StubVerifier.accepting : Self.failing(isGeneral: false)
        }
        let before = questions(backend)
        try await check(backend)
        #expect(questions(backend) == before + 30)
    }

    @Test(
        "`Retry-After` postpones the next request, by at most six hours", arguments: [true, false],
        [("600", 10), ("0", 1), ("-5", 1), ("soon", 1), ("99999999999", 360), ("Mon, 13 Oct 2014 12:00:00 GMT", 1)])
    func retryAfter(isGeneral: Bool, row: (field: String, minutes: Double)) async throws {
        let backend = try await due(30)
        answer(backend, Self.failing(isGeneral: isGeneral, retryAfter: row.field))
        try await check(backend)
        let asked = questions(backend)
        backend.clock.advance(by: (row.minutes - 0.2) * 60)
        try await check(backend)
        #expect(questions(backend) == asked)
        backend.clock.advance(by: 0.4 * 60)
        try await check(backend)
        #expect(questions(backend) > asked)
    }

    @Test("`Retry-After` may be a date")
    func retryDate() async throws {
        let backend = try await due(1)
        let now = Date(timeIntervalSince1970: backend.clock.clock.now().timeIntervalSince1970.rounded(.down))
        let later = now + 3600
        let text = later.formatted(.iso8601).split { "-T:Z".contains($0) }.map(String.init)
        let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][(Int(text[1]) ?? 1) - 1]
        answer(
            backend,
            Self.failing(isGeneral: true, retryAfter: "Mon, \(text[2]) \(month) \(text[0]) \(text[3]):\(text[4]):\(text[5]) GMT"))
        try await check(backend)
        #expect(try await backend.inspect("dead.example/image-0").verification.due == later)
    }

    @Test("A verification on request and a registration respect `Retry-After` as well")
    func requests() async throws {
        let backend = try await due(1)
        answer(backend, Self.failing(isGeneral: true, retryAfter: "1200"))
        let now = backend.clock.clock.now()
        #expect(try await backend.verifyAgain("dead.example/image-0").value.verification.due == now + 1200)
        #expect(try await backend.register("dead.example/new", "user", "secret").value.verification.due == now + 1200)
    }
}
