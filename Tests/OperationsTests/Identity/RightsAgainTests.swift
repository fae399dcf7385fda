import Domain
import FoundationEssentials
import Naming
import Operations
import RegistryClient
import Storage
import StorageSQLite
import TestSupport
import Testing

@Suite("Rights removed during a verification") struct RightsAgainTests {
    enum Loss: CaseIterable, Sendable {
        case keyRevoked, keyExpired, userDisabled, memberRemoved, memberDemoted, organizationRemoved

        var status: Int {
            switch self {
            case .keyRevoked, .keyExpired, .userDisabled: 401
            case .memberRemoved, .organizationRemoved: 404
            case .memberDemoted: 403
            }
        }

        /// Removes the right of carol, a member of acme.
        func happen(to key: APIKeySecret, on backend: TestBackend) async throws {
            switch self {
            case .keyRevoked: try await backend.revoke(key.keyID)
            case .keyExpired: backend.clock.advance(by: 24 * 60 * 60)
            case .userDisabled: try await backend.updateUser("carol", isDisabled: true)
            case .memberRemoved: try await backend.removeMember("carol")
            case .memberDemoted: try await backend.setMember("carol", to: .read)
            case .organizationRemoved:
                // An organization with repositories cannot be removed.
                let (acme, page) = (try NamespaceName(parsing: "acme"), try Page.everything())
                let count = try await backend.store.read {
                    try $0.repositories(in: acme, where: RepositoryFilter(), page: page).items.count
                }
                if count > 0 { try await backend.removeMember("carol") } else { try await backend.removeOrganization() }
            }
        }
    }

    enum Verb: CaseIterable, Sendable { case register, update, makePublic, verify }

    private func stored(on backend: TestBackend) throws -> [String] {
        let tables = ["repositories:", "credentials:", "credential_secrets:", "registries:"]
        return try RawDatabase(backend).everything().filter { row in tables.contains { row.hasPrefix($0) } }
    }

    private static let name = "registry.example/team/image"

    @Test("The result of a verification is not stored if the right was removed meanwhile", arguments: Verb.allCases, Loss.allCases)
    func loss(
        _ verb: Verb, _ loss: Loss
    ) async throws {
        let verifier = StubVerifier()
        let backend = try await TestBackend(verifier: verifier)
        try await backend.makeOrganization()
        try await backend.makeAccount("carol")
        try await backend.addMember("carol", .admin)
        let key = try await backend.makeKey(of: "carol", expires: backend.clock.clock.now() + 60)
        let (name, acme) = (try RepositoryName(parsing: Self.name), try NamespaceName(parsing: "acme"))
        if verb != .register {
            _ = try await backend.backend.registerRepository(
                name, with: CredentialInput("user", "secret"), in: acme, verify: .pull, by: backend.caller())
        }
        let caller = try await backend.caller(key)
        let before = try stored(on: backend)
        verifier.answer { _ in
            do { try await loss.happen(to: key, on: backend) } catch { Issue.record("\(error)") }
            return StubVerifier.accepting
        }
        let fault = await expectFault(loss.status, "\(verb) \(loss)") {
            switch verb {
            case .register:
                _ = try await backend.backend.registerRepository(
                    name, with: CredentialInput("user", "secret"), in: acme, verify: .pull, by: caller)
            case .update:
                _ = try await backend.backend.updateRepository(
                    name, with: CredentialInput("user", "other"), newName: nil, in: acme, verify: .pull, by: caller)
            case .makePublic:
                _ = try await backend.backend.updateRepository(
                    name, with: CredentialInput("", ""), newName: nil, in: acme, verify: .pull, by: caller)
            case .verify: _ = try await backend.backend.verifyAgain(name, push: false, in: acme, by: caller)
            }
        }
        #expect(fault != nil)
        #expect(try stored(on: backend) == before)
    }

    @Test("Changes of keys and members fail if the right is removed before the write") func otherWrites() async throws {
        let (backend, store) = try await TestBackend.onSlowStore()
        try await backend.makeOrganization()
        let carol = try await backend.makeMember("carol", .admin)
        try await backend.makeMember("dave", .read)
        let caller = try await backend.caller(carol)
        store.behave(SlowStore.Behavior(latency: .milliseconds(300)))
        let (dave, acme) = (try NamespaceName(parsing: "dave"), try NamespaceName(parsing: "acme"))
        let change = Task { try await backend.backend.setMember(dave, of: acme, to: .admin, isNew: false, by: caller) }
        try await Task.sleep(for: .milliseconds(30))
        let account = try #require(try await backend.store.read { try $0.account(AccountName(parsing: "carol")) })
        try await backend.store.write { try $0.deleteMembership(of: account.id, in: acme) }
        await expectFault(404) { _ = try await change.value }
        #expect(try await backend.store.read { try $0.membership(of: AccountName(parsing: "dave"), in: acme)?.permission } == .read)
    }
}
