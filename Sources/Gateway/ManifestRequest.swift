import Domain
import FoundationEssentials
import HTTPTypes
import NIOCore
import Naming
import RegistryClient

/// A request for a manifest. Simultaneous equal requests share one request to the registry.
struct ManifestRequest: Hashable, Sendable {
    let repository: Repository.ID
    let credential: CredentialReference?
    /// Accounts do not share a request: the limits of one must not affect another.
    let requester: Requester
    let reference: ManifestReference
    /// The media types that the client accepts.
    let accept: [String]
}

/// A manifest as the registry sent it, whose digest was verified.
struct FetchedManifest: Sendable {
    let manifest: ManifestCache.Manifest
    let digest: ContentDigest
    /// The content coding in which the registry sent it; usually nil.
    let encoding: String?
    /// The rate limits that the registry reported.
    let rates: HTTPFields
    /// Its share of the memory limit; nil if it is too small to count.
    let permit: FairLimiter.Permit?
}
