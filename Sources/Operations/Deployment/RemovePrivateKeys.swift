import Domain
package import FoundationEssentials
import Naming
import RegistryClient
package import Storage

/// Removes private keys from the stored CA certificates of registries. Versions that stored the whole text of `ca_certificate` accepted
/// them; the certificates remain.
package struct RemovePrivateKeys: Sendable {
    private let store: any Store
    private let clock: Clock
    private let makeID: @Sendable () -> UUID

    /// - Parameter store: a store whose deployment was opened.
    package init(store: any Store, clock: Clock = .system, makeID: @escaping @Sendable () -> UUID = { UUID() }) {
        self.store = store
        self.clock = clock
        self.makeID = makeID
    }

    /// Changes the rows and records that, in one transaction.
    ///
    /// - Returns: the rows of the registries whose certificates were stored with a private key.
    package func run() async throws -> [RowName] {
        try await store.write { writer in
            let rows = try writer.rewriteCertificateAuthorities { text in
                CertificateAuthorities.hasPrivateKey(stored: text) ? CertificateAuthorities(stored: text)?.pem : text
            }
            for row in rows { try record(row, by: writer) }
            return rows
        }
    }

    private func record(_ row: RowName, by writer: any StoreWriter) throws {
        guard let namespace = try writer.firstNamespace() else { return }
        let now = clock.now()
        // A row that was changed outside the server may have any name.
        let object = (try? RegistryAuthority(parsing: row.id)).map { Action.Object.registry($0) } ?? .row(row.description)
        let origin = Action.Origin(user: "", keyID: nil, address: "", method: "", path: "", userAgent: "lighterman")
        try writer.record(
            Action(
                id: makeID(), namespace: namespace, kind: .registryUpdate, object: object, state: .success,
                reason: "a private key was removed from ca_certificate", started: now, ended: now, origin: origin))
    }
}
