import Domain
import Naming
import Operations
import RegistryClient
import Storage
import StorageSQLite
import TestSupport
import Testing

@Suite("Concurrent removal of an organization")
struct RemovalRaceTests {
    @Test("A repository and its credential are not stored if the organization is removed during the verification")
    func registering() async throws {
        let backend = try await TestBackend()
        try await backend.createOrganization()
        let gate = Gate()
        backend.verifier.answer { _ in
            await gate.pass()
            return StubVerifier.accepting
        }
        let caller = try await backend.caller()
        let registering = Task {
            try await backend.backend.registerRepository(
                RepositoryName(parsing: "registry.example/a"), with: CredentialInput("user", "secret"),
                in: NamespaceName(parsing: "acme"), verify: .pull, by: caller)
        }
        await gate.arrivals(1)
        try await backend.removeOrganization()
        await gate.open()
        await #expect(throws: RequestError.notFound("There is no namespace 'acme', or your account is not a member: check the name")) {
            try await throwingCause { try await registering.value }
        }
        let raw = try RawDatabase(backend)
        for table in ["repositories", "credentials", "credential_secrets", "registries"] {
            #expect(try raw.count(table) == 0, "\(table)")
        }
        let trail = try await backend.trail()
        #expect(trail.map(\.kind) == [.organizationDelete, .repositoryCreate, .organizationCreate])
        #expect(trail.map(\.state) == [.success, .inProgress, .success])
    }

    enum ChangeAttempt: String, CaseIterable, Sendable {
        case addMember, makeRobot, makeKeyOfRobot

        func perform(on backend: Backend, by caller: Caller) async throws {
            let acme = try NamespaceName(parsing: "acme")
            switch self {
            case .addMember:
                _ = try await backend.setMember(NamespaceName(parsing: "carol"), of: acme, to: .read, isNew: true, by: caller)
            case .makeRobot:
                _ = try await backend.createRobot(RobotName(parsing: "new"), permission: .read, in: acme, by: caller)
            case .makeKeyOfRobot:
                let input = APIKeyInput(
                    account: AccountName(acme, robot: try RobotName(parsing: "ci")), label: nil, scopes: nil, days: nil,
                    restriction: APIKey.Restriction())
                _ = try await backend.createAPIKey(input, by: caller)
            }
        }
    }

    @Test("Robots, keys and members are not stored if the organization is removed meanwhile", arguments: ChangeAttempt.allCases)
    func others(change: ChangeAttempt) async throws {
        let (backend, store) = try await TestBackend.wrapping { GatedStore($0) }
        try await backend.makeOrganization()
        try await backend.makeAccount("carol")
        try await backend.makeRobot()
        let caller = try await backend.caller()
        let gate = Gate()
        store.wait(at: gate)
        let doing = Task { try await change.perform(on: backend.backend, by: caller) }
        await gate.arrivals(1)
        try await backend.store.write { try $0.deleteOrganization(NamespaceName(parsing: "acme")) }
        let before = try RawDatabase(backend).everything()
        await gate.open()
        await #expect(throws: (any Error).self) { try await doing.value }
        #expect(try RawDatabase(backend).everything() == before)
    }
}
