package import NIOCore

/// The time limits of requests to registries.
package struct UpstreamLimits: Sendable {
    /// From the last byte of a request to the head of the response. A token, and the first contact with a registry, may take as long.
    package var response = TimeAmount.minutes(5)
    /// For the body of a manifest, from the head on.
    package var manifest = TimeAmount.seconds(30)
    /// For the body of an error, from the head on.
    package var error = TimeAmount.seconds(5)

    package init() {}
}
