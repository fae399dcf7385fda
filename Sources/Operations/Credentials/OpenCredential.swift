import Domain
import FoundationEssentials
import Naming
import Sealing
import Storage

extension Backend {
    /// Opens the credential of a repository; nil if the repository is public. No other function opens stored credentials.
    ///
    /// The action that needs the credential records its use.
    func openCredential(of repository: Repository, with grant: some AccessGrant) async throws -> Credential? {
        guard let reference = repository.credential else { return nil }
        let sealed = try await store.value(of: reference, in: readCache.credentials, with: grant) { try $0.sealedCredential(reference.id) }
        do {
            guard let sealed, sealed.reference == reference else {
                let current = try await store.read(with: grant) { try $0.repository(repository.name, in: repository.namespace) }
                // The repository was changed meanwhile, unless the credential was deleted outside the server.
                guard current?.credential == reference else { throw StoreError.stale }
                throw SealingError.tampered
            }
            return try sealed.opened(by: sealer, for: repository)
        } catch is SealingError {
            throw await store.unverified(RowName(.credential, reference.id.uuidString.lowercased()))
        }
    }

    /// Adds the login mark to a credential that was stored without one.
    func markLogin(_ credential: Credential, of repository: Repository) async throws {
        guard let reference = repository.credential else { return }
        let sealed = try await store.value(of: reference, in: readCache.credentials, with: ServerGrant.background) {
            try $0.sealedCredential(reference.id)
        }
        guard let sealed, sealed.reference == reference, sealed.loginMark == nil else { return }
        let mark = loginMarker.mark(credential.bytes, at: repository.name.authority.description)
        try await store.write(with: ServerGrant.background) { try $0.mark(sealed, as: mark) }
    }
}

extension SealedCredential {
    /// The credential, if it was sealed for that repository.
    func opened(by sealer: Sealer, for repository: Repository) throws(SealingError) -> Credential {
        // The envelope is not bound to these columns, but queries rely on them: a row in which they were edited is not used.
        guard namespace == repository.namespace, authority == repository.name.authority else { throw .tampered }
        let bytes = try sealer.open(Envelope(parsing: envelope), for: repository.destination(of: reference))
        guard let credential = Credential(bytes) else { throw .tampered }
        return credential
    }
}
