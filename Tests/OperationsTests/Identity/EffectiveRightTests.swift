import Domain
import Naming
import Operations
import TestSupport
import Testing

/// The effective rights of a call, tested with the operations on a real store.
@Suite("Effective rights of a member's key")
struct EffectiveRightTests {
    enum ChangeAttempt: CaseIterable, Sendable {
        case list, inspect, verify, register, readActions, listMembers, addMember, makeRobot

        var permission: Permission {
            switch self {
            case .list, .inspect, .readActions, .listMembers: .read
            case .verify: .write
            case .register, .addMember, .makeRobot: .admin
            }
        }

        var scope: Scope {
            switch self {
            case .list, .inspect: .repositoryRead
            case .verify, .register: .repositoryWrite
            case .readActions: .auditRead
            case .listMembers, .addMember, .makeRobot: .accountAdmin
            }
        }

        /// Whether the call concerns one repository or a list.
        var isOfRepositories: Bool { [.list, .inspect, .verify, .register].contains(self) }

        func perform(on backend: Backend, _ number: Int, by caller: Caller) async throws {
            let acme = try NamespaceName(parsing: "acme")
            let name = try RepositoryName(parsing: "a.example/team/image")
            let page = try Page.everything()
            switch self {
            case .list: _ = try await backend.listRepositories(in: acme, where: RepositoryFilter(), page: page, by: caller)
            case .inspect: _ = try await backend.inspectRepository(name, in: acme, by: caller)
            case .verify: _ = try await backend.verifyAgain(name, push: false, in: acme, by: caller)
            case .register:
                _ = try await backend.registerRepository(
                    RepositoryName(parsing: "a.example/team/image-\(number)"), with: CredentialInput(nil, nil), in: acme, verify: .no,
                    by: caller)
            case .readActions: _ = try await backend.listActions(in: acme, where: ActionFilter(), page: page, by: caller)
            case .listMembers: _ = try await backend.listMembers(of: acme, after: nil, page: page, by: caller)
            case .addMember:
                _ = try await backend.setMember(NamespaceName(parsing: "dave"), of: acme, to: .read, isNew: true, by: caller)
            case .makeRobot:
                _ = try await backend.createRobot(RobotName(parsing: "robot-\(number)"), permission: .read, in: acme, by: caller)
            }
        }
    }

    static let restrictions: [(namespace: String?, patterns: [String])] = [
        (nil, []), ("acme", []), ("carol", []), (nil, ["a.example/team/*"]), ("acme", ["a.example/team/*"]), (nil, ["a.example/other/*"]),
    ]

    @Test(
        "A call needs the permission of the account, the scope of the key and a matching restriction",
        arguments: [nil] + Permission.allCases)
    func intersection(permission: Permission?) async throws {
        let backend = try await TestBackend()
        try await backend.makeOrganization()
        try await backend.makeAccount("dave")
        try await backend.makeAccount("carol")
        if let permission { try await backend.addMember("carol", permission) }
        let admin = try await backend.caller()
        _ = try await backend.backend.registerRepository(
            RepositoryName(parsing: "a.example/team/image"), with: CredentialInput(nil, nil), in: NamespaceName(parsing: "acme"),
            verify: .no,
            by: admin)
        var number = 0
        for restriction in Self.restrictions {
            for change in ChangeAttempt.allCases {
                for scopes in [Set([change.scope]), Set(Scope.allCases).subtracting([change.scope])] {
                    number += 1
                    let key = try await backend.makeKey(
                        of: "carol", scopes: scopes, restriction: .init(namespace: restriction.namespace, to: restriction.patterns))
                    let caller = try await backend.caller(key)
                    let status = await backend.attempt { [number] in try await change.perform(on: $0, number, by: caller) }
                    let expected = Self.status(change, permission, scopes, restriction)
                    #expect(status == expected, "\(change) with \(scopes.count) scopes, \(restriction)")
                }
            }
        }
    }

    /// As documented: 404 for non-members, and 403 if one of the three does not allow it.
    private static func status(
        _ change: ChangeAttempt, _ permission: Permission?, _ scopes: Set<Scope>, _ restriction: (namespace: String?, patterns: [String])
    ) -> Int? {
        guard let permission else { return 404 }
        let isInPatterns =
            restriction.patterns.isEmpty || change == .list || (change.isOfRepositories && restriction.patterns == ["a.example/team/*"])
        let isAllowed =
            permission >= change.permission && scopes.contains(change.scope) && (restriction.namespace ?? "acme") == "acme" && isInPatterns
        return isAllowed ? nil : 403
    }
}
