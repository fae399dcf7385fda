/// A failure of a registry or its token realm, such as 503 or 429, which other repositories may have as well.
package struct RegistryFailure: Hashable, Sendable {
    /// Whether the registry failed the request of `/v2/` too, which concerns no repository in particular.
    package let isGeneral: Bool
    /// The value of the `Retry-After` field.
    package let retryAfter: String?

    package init(isGeneral: Bool = false, retryAfter: String? = nil) {
        self.isGeneral = isGeneral
        self.retryAfter = retryAfter
    }

    /// The failure of a request after the ping.
    func with(_ ping: Ping) -> RegistryFailure {
        RegistryFailure(isGeneral: isGeneral || ping.isFailure, retryAfter: retryAfter ?? ping.retryAfter)
    }
}

extension Ping {
    /// Whether the registry responded with a failure. Other unexpected responses show nothing, because some registries do not serve the
    /// path of the ping.
    var isFailure: Bool { status.map { $0 >= 500 } ?? false }
}

extension UpstreamError {
    /// The failure of the registry or its realm; nil for another cause.
    var registryFailure: RegistryFailure? {
        switch self {
        case .failed(_, let retryAfter), .throttled(_, let retryAfter): RegistryFailure(retryAfter: retryAfter)
        case .unreachable, .timedOut: RegistryFailure()
        case .untrusted, .unknownHost, .loginRefused, .denied, .forbidden, .forbiddenRedirect, .abandoned, .limited: nil
        }
    }
}
