import Domain
import HTTPTypes
import NIOCore
import Naming
import RegistryClient

/// A request for a manifest. Simultaneous ones that are equal are one request to the registry.
struct ManifestRequest: Hashable, Sendable {
    let repository: Repository.ID
    let credential: CredentialReference?
    /// Accounts do not share a request: the limits of one are no concern of another.
    let requester: Requester
    let reference: ManifestReference
    /// The media types that the client takes.
    let accept: [String]
}

/// A manifest as the registry sent it, whose digest was verified.
struct FetchedManifest: Sendable {
    let manifest: ManifestCache.Manifest
    let digest: ContentDigest
    /// The content coding in which the registry sent it; nil as a rule.
    let encoding: String?
    /// The rate limits that the registry reported.
    let rates: HTTPFields
    /// Its share in the memory of manifests; nil where it is small.
    let permit: FairLimiter.Permit?
}
