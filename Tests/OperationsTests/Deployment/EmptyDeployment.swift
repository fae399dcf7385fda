import Domain
import Naming
import Operations
import Sealing
import Storage
import StorageSQLite
import Synchronization
import TestSupport

/// A store before the first start.
struct EmptyDeployment {
    let directory: TemporaryDirectory
    let data: DataDirectory
    let store: SQLiteStore
    let ring = KeyRing(.generate())

    init() throws {
        directory = try TemporaryDirectory()
        data = try DataDirectory(directory.path(of: "data"))
        store = try SQLiteStore(in: data)
    }

    /// - Returns: the delivered key.
    @discardableResult
    func firstStart(
        _ name: String = "admin", ring: KeyRing? = nil, deliver: @escaping @Sendable (APIKeySecret) throws -> Void = { _ in }
    ) async throws -> APIKeySecret? {
        let handed = Handed()
        try await FirstStart(store: store).run(administrator: NamespaceName(parsing: name), ring: ring ?? self.ring) { key in
            handed.keys.withLock { $0.append(key) }
            try deliver(key)
        }
        return handed.keys.withLock { $0.count == 1 ? $0.first : nil }
    }

    func opened(with ring: KeyRing) async throws -> OpenedDeployment {
        guard let deployment = try await store.read({ try $0.deployment() }) else { throw StoreError.unavailable("no deployment") }
        return try await OpenedDeployment(deployment, in: store, ring: ring)
    }

    func backend(with ring: KeyRing) async throws -> Backend {
        let opened = try await opened(with: ring)
        return Backend(store: store, deployment: opened, verifier: StubVerifier())
    }

    func raw() throws -> RawDatabase { try RawDatabase(data.database) }

    private final class Handed: Sendable {
        let keys = Mutex<[APIKeySecret]>([])
    }
}
