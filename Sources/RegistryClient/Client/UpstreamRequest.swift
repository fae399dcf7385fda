package import Domain
package import HTTPTypes
package import NIOCore
package import Naming

/// A repository on its registry, and the credential that it is used with.
package struct UpstreamRepository: Sendable {
    package let name: RepositoryName
    package let registry: Registry
    package let reference: CredentialReference?
    let credential: Credential?
    let secrets: SecretsInUse
    /// The account on whose behalf requests are sent.
    package let requester: Requester

    package init(
        name: RepositoryName, registry: Registry, reference: CredentialReference?, credential: Credential?, requester: Requester
    ) {
        self.name = name
        self.registry = registry
        self.reference = reference
        self.credential = credential
        secrets = SecretsInUse(credential)
        self.requester = requester
    }

    /// Whether it is used without a user name and a password.
    package var isPublic: Bool { credential == nil }

    /// Whether another repository has the same user name and password on the same registry.
    package func hasSameLogin(as other: UpstreamRepository) -> Bool {
        credential == other.credential && registry.authority == other.registry.authority
    }
}

/// A request of the distribution API (https://github.com/opencontainers/distribution-spec/blob/main/spec.md) to a repository.
package struct UpstreamRequest: Sendable {
    package enum Target: Sendable {
        /// The part of the URL behind the repository's path, with the query.
        case resource(String)
        /// A location that the registry named.
        case location(UpstreamLocation)
    }

    package enum Body: Sendable {
        case none
        case bytes(ByteBuffer)
        /// A body that is forwarded while the client sends it. It cannot be sent twice.
        case forwarded(ForwardedBody)
    }

    package var method: HTTPRequest.Method
    package var target: Target
    package var fields: HTTPFields
    package var body: Body
    package var rights: UpstreamRights
    /// The path of the repository that a blob is mounted from. It must have the same login.
    package var mountSource: String?
    /// Whether a redirect of a download to another origin is followed. Redirects to the registry itself are always followed, redirects of
    /// uploads never.
    package var followsForeignRedirects = true
    /// Shared by the requests for one change; nil for requests that change nothing.
    package var transmission: Transmission?

    package init(
        _ method: HTTPRequest.Method, _ target: Target, fields: HTTPFields = [:], body: Body = .none, rights: UpstreamRights,
        mountSource: String? = nil
    ) {
        self.method = method
        self.target = target
        self.fields = fields
        self.body = body
        self.rights = rights
        self.mountSource = mountSource
    }

    /// The kind of resource: `manifests`, `blobs`, `uploads`, `tags` or `referrers`.
    var kind: String {
        switch target {
        case .resource(let resource): String(resource.prefix { $0 != "/" })
        case .location(let location) where rights == .pull: location.text.contains("/tags/") ? "tags" : "referrers"
        case .location: "uploads"
        }
    }

    /// Whether it lists tags or referrers.
    package var isList: Bool { ["tags", "referrers"].contains(kind) }

    /// The purpose of a login that is sent with this request.
    var loginPurpose: LoginUse.Purpose {
        guard rights == .pull else { return .more(rights.rawValue) }
        return isList ? .list : .pull
    }

    /// Whether it stores or deletes contents of the repository. The start, a part and the cancellation of an upload do not.
    package var changesContents: Bool {
        switch method {
        case .put: true
        case .delete: rights == .delete
        case .post: mountSource != nil
        default: false
        }
    }

    /// Whether redirects of the registry are followed.
    var isDownload: Bool { rights == .pull && [.get, .head].contains(method) }

    /// Whether it continues an upload, or requests its state.
    var isPartOfUpload: Bool { if case .location = target { rights != .pull } else { false } }

    var forwardedBody: ForwardedBody? { if case .forwarded(let body) = body { body } else { nil } }
}
