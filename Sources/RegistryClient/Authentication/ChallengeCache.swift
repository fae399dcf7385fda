import Domain
import NIOCore
import Naming
import Synchronization

/// Caches the authentication scheme of each repository: a request starts with the scheme that the registry last accepted or demanded for
/// the same kind of request.
final class ChallengeCache: Sendable {
    struct Key: Hashable, Sendable {
        let registry: Registry
        let repository: RepositoryName
        /// nil for a public repository.
        let credential: CredentialReference?
        let rights: UpstreamRights
        /// `manifests`, `blobs`, `uploads`, `tags` or `referrers`: registries demand other scopes for lists.
        private(set) var resource: String

        init(
            registry: Registry, repository: RepositoryName, credential: CredentialReference?, rights: UpstreamRights, resource: String
        ) {
            self.registry = registry
            self.repository = repository
            self.credential = credential
            self.rights = rights
            self.resource = resource
        }

        /// The key of the request that starts an upload, for the requests that continue it.
        var ofUploadStart: Key {
            var key = self
            key.resource = "blobs"
            return key
        }
    }

    private struct Entry {
        let scheme: AuthenticationScheme
        let end: NIODeadline
    }

    private let entries = Mutex(BoundedDictionary<Key, Entry>(capacity: 10_000) { $0.end < $1.end })
    private static let lifetime = TimeAmount.minutes(10)

    subscript(key: Key) -> AuthenticationScheme? {
        entries.withLock { $0[key] }.flatMap { $0.end > .now() ? $0.scheme : nil }
    }

    func store(_ scheme: AuthenticationScheme, for key: Key) {
        entries.withLock { $0[key] = Entry(scheme: scheme, end: .now() + Self.lifetime) }
    }

    func remove(_ key: Key) {
        entries.withLock { $0[key] = nil }
    }
}
