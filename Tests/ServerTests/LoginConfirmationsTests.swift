import Domain
import Logging
import Naming
import Operations
import RegistryClient
import TestSupport
import Testing

@testable import Server

@Suite("Confirmation of rejected logins")
struct LoginConfirmationsTests {
    @Test(
        "A login that is rejected again five seconds after the first rejection marks all repositories with this login as rejected",
        .timeLimit(.minutes(1)))
    func refused() async throws {
        let backend = try await refusedLogins(["a.example"], each: 2)
        backend.verifier.answer { _ in VerificationOutcome(verdict: .refused(reason: "wrong password"), isLoginRefused: true) }
        try await running(on: backend) {
            try await Task.sleep(for: .milliseconds(100))
            #expect(backend.verifiedNames.isEmpty)
            backend.clock.advance(by: 5)
            while try await backend.rejected() < 2 { try await Task.sleep(for: .milliseconds(5)) }
        }
        #expect(backend.verifiedNames.count == 1, "the login was sent once")
        #expect(backend.verifier.requests.allSatisfy { $0.cause == .confirmation && $0.credential != nil })
    }

    @Test("Confirmations run one at a time per registry, and on eight registries at once", .timeLimit(.minutes(1)))
    func concurrency() async throws {
        let backend = try await refusedLogins((0..<10).map { "host-\($0).example" }, each: 3)
        backend.clock.advance(by: 5)
        backend.verifier.answer { _ in
            try? await Task.sleep(for: .seconds(60))
            return VerificationOutcome(verdict: .inconclusive(reason: "cancelled"))
        }
        try await running(on: backend) {
            while backend.verifiedNames.count < 8 { try await Task.sleep(for: .milliseconds(5)) }
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(backend.verifiedNames.count == 8)
        #expect(Set(backend.verifier.requests.map(\.name.authority)).count == 8)
        #expect(try await backend.repositories().allSatisfy { $0.verification.begun == nil && $0.verification.state == .unverified })
    }

    @Test("An unresponsive registry delays only its own repositories", .timeLimit(.minutes(1)))
    func hanging() async throws {
        let backend = try await refusedLogins(["hanging.example", "a.example", "b.example"], each: 5)
        backend.clock.advance(by: 5)
        backend.verifier.answer { question in
            if question.name.authority.host == "hanging.example" { try? await Task.sleep(for: .seconds(60)) }
            return VerificationOutcome(verdict: .refused(reason: "wrong password"), isLoginRefused: true)
        }
        try await running(on: backend) {
            while try await backend.rejected() < 10 { try await Task.sleep(for: .milliseconds(5)) }
        }
        #expect(backend.verifiedNames.count { $0.hasPrefix("hanging.example/") } == 1)
    }

    @Test("A failed confirmation is logged, and the others continue", .timeLimit(.minutes(1)))
    func failure() async throws {
        let backend = try await refusedLogins(["a.example"], each: 2)
        try await backend.addUnreadable("a.example/broken")
        try await backend.refuseLogin("a.example/broken")
        let limit = LimitReached(.verifications, of: .registry)
        backend.verifier.answer { question in
            let isLimited = question.name.description == "a.example/image-0"
            return VerificationOutcome(verdict: isLimited ? .limited(limit) : .refused(reason: "wrong password"))
        }
        backend.clock.advance(by: 5)
        let log = CapturedLog()
        try await running(on: backend, log: log) {
            while log.lines.count < 2 { try await Task.sleep(for: .milliseconds(5)) }
            while try await backend.rejected() < 1 { try await Task.sleep(for: .milliseconds(5)) }
        }
        #expect(log.lines.contains { $0.hasPrefix("error cannot confirm a refused login") && $0.contains("a.example/broken") })
        #expect(log.lines.contains { $0.hasPrefix("notice refused login not confirmed") && $0.contains("a.example/image-0") })
    }

    private func running(on backend: TestBackend, log: CapturedLog = CapturedLog(), _ body: () async throws -> Void) async throws {
        let confirmations = LoginConfirmations(backend: backend.backend, logger: log.logger(), pause: .milliseconds(10))
        try await ServerTests.running(confirmations, body)
    }

    private func refusedLogins(_ authorities: [String], each count: Int) async throws -> TestBackend {
        let backend = try await TestBackend()
        for number in 0..<count {
            for authority in authorities {
                try await backend.register("\(authority)/image-\(number)")
                try await backend.refuseLogin("\(authority)/image-\(number)")
            }
        }
        return backend
    }
}

extension TestBackend {
    fileprivate func refuseLogin(_ text: String) async throws {
        let name = try RepositoryName(parsing: text)
        let repository = try await backend.inspectRepository(name, in: nil, by: caller())
        try await backend.noteRefusedLogin("wrong password", isConfirmed: false, isOfLogin: false, on: repository)
    }

    fileprivate func rejected() async throws -> Int {
        try await repositories().count { $0.verification.state == .rejected }
    }
}
