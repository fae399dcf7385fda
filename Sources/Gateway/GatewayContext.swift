import CoreMetrics
import Operations
import RegistryClient
import Sealing

/// The settings of the gateway.
package struct GatewayOptions: Sendable {
    /// The URL under which clients reach the server; nil to use their `Host`.
    package var publicURL: String?
    /// Whether clients use TLS, with this server or with a proxy in front of it.
    package var isTLS: Bool
    /// Whether clients may delete manifests and blobs on registries.
    package var allowsDeletion: Bool
    /// Whether the digests of blobs are verified while they are forwarded.
    package var verifiesBlobs: Bool
    /// Whether clients receive a registry's redirect to a blob, and follow it themselves.
    package var forwardsBlobRedirects: Bool

    package init(
        publicURL: String? = nil, isTLS: Bool = false, allowsDeletion: Bool = false, verifiesBlobs: Bool = false,
        forwardsBlobRedirects: Bool = false
    ) {
        self.publicURL = publicURL
        self.isTLS = isTLS
        self.allowsDeletion = allowsDeletion
        self.verifiesBlobs = verifiesBlobs
        self.forwardsBlobRedirects = forwardsBlobRedirects
    }
}

/// The data and the connections that all requests to repositories share.
final class GatewayContext: Sendable {
    let backend: Backend
    let upstream: UpstreamClient
    let locations: LocationSealer
    let options: GatewayOptions
    let counters: GatewayCounters
    let manifests = ManifestCache()
    let manifestFlights = SingleFlight<ManifestRequest, FetchedManifest>(retention: .seconds(2))
    let headFlights = SingleFlight<ManifestRequest, UpstreamResponse>()
    let mountChallenges = MountChallenges()
    let access: RegistryAccess
    let rightsInterval: Duration

    /// - Parameters:
    ///   - accessLifetime: how long cached manifests are served after the registry has allowed reading.
    ///   - rightsInterval: how often the rights of a pull or a push that is in progress are checked.
    init(
        backend: Backend, upstream: UpstreamClient, locations: LocationSealer, options: GatewayOptions, accessLifetime: Duration,
        rightsInterval: Duration, metrics: any MetricsFactory
    ) {
        self.backend = backend
        self.upstream = upstream
        self.locations = locations
        self.options = options
        self.rightsInterval = rightsInterval
        access = RegistryAccess(lifetime: accessLifetime)
        counters = GatewayCounters(metrics)
    }
}
