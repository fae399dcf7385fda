import Domain
import FoundationEssentials
import Naming
import Operations
import Sealing
import Storage
import TestSupport

extension Fixture {
    /// Requests a gateway token for these actions with an API key.
    func token(
        as authorization: Authorization = .administrator, _ actions: String = "pull", of path: String = Fixture.image,
        in namespace: String? = nil
    ) async throws -> String {
        let scope = "repository:\(namespace.map { "\($0)/" } ?? "")\(name(path)):\(actions)"
        let response = try await server.send("GET", "/token?service=x&scope=\(scope)", as: authorization)
        return response.member("token") ?? "no token: \(response.status) \(response.text)"
    }

    /// Creates an organization with members of these names and permissions, each with a key without restrictions.
    func makeOrganization(_ name: String, _ members: [String: Permission]) async throws -> [String: APIKeySecret] {
        let organization = Organization(name: try NamespaceName(parsing: name), created: backend.clock.clock.now())
        try await backend.decoratedStore.write { try $0.insert(organization) }
        var keys: [String: APIKeySecret] = [:]
        for (member, permission) in members {
            keys[member] = try await backend.makeAccount(member)
            try await put(member, permission, in: organization)
        }
        return keys
    }

    func put(_ member: String, _ permission: Permission, in organization: Organization) async throws {
        let name = try AccountName(parsing: member)
        try await backend.decoratedStore.write { writer in
            guard let account = try writer.account(name) else { throw StoreMiss() }
            try writer.put(
                Membership(organization: organization, account: account, permission: permission, created: organization.created))
        }
    }

    struct StoreMiss: Error {}
}
