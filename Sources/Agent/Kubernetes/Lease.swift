import FoundationEssentials

/// https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/lease-v1/
struct Lease: Hashable, Sendable, Codable {
    var apiVersion: String? = "coordination.k8s.io/v1"
    var kind: String? = "Lease"
    var metadata: Metadata
    var spec: Spec?

    struct Metadata: Hashable, Sendable, Codable {
        var name: String
        var namespace: String?
        var resourceVersion: String?
        var labels: [String: String]?
        var annotations: [String: String]?
    }

    struct Spec: Hashable, Sendable, Codable {
        var holderIdentity: String?
        var leaseDurationSeconds: Int?
        var acquireTime: String?
        var renewTime: String?
        var leaseTransitions: Int?
    }
}

/// Decides which of several agents in a cluster reports, as the leader election of Kubernetes' own clients does: the time of a lease counts
/// from the moment at which this agent saw it change, so that clocks need not agree.
struct LeaseElection: Sendable {
    static let name = "lighterman-agent"
    static let duration = Duration.seconds(15)
    static let renewal = Duration.seconds(5)

    let identity: String
    let namespace: String
    private var seen: (spec: Lease.Spec?, time: ContinuousClock.Instant)?

    init(identity: String, namespace: String) {
        self.identity = identity
        self.namespace = namespace
    }

    /// The lease to store so that this agent holds it; nil while another agent does.
    /// - Parameter lease: the stored lease; nil if there is none.
    mutating func claim(_ lease: Lease?, at now: ContinuousClock.Instant, date: Date) -> Lease? {
        if seen == nil || seen?.spec != lease?.spec { seen = (lease?.spec, now) }
        let holder = lease?.spec?.holderIdentity ?? ""
        let isOwn = holder == identity
        if !isOwn, !holder.isEmpty, let seen {
            let duration = max(1, min(lease?.spec?.leaseDurationSeconds ?? 15, 3600))
            guard now >= seen.time + .seconds(duration) else { return nil }
        }
        let time = Self.text(date)
        var claimed = lease ?? Lease(metadata: .init(name: Self.name, namespace: namespace))
        claimed.spec = Lease.Spec(
            holderIdentity: identity, leaseDurationSeconds: Int(Self.duration.components.seconds),
            acquireTime: isOwn ? lease?.spec?.acquireTime ?? time : time, renewTime: time,
            leaseTransitions: (lease?.spec?.leaseTransitions ?? 0) + (isOwn || lease == nil ? 0 : 1))
        return claimed
    }

    /// RFC 3339 with six digits after the second, which Kubernetes requires here.
    static func text(_ date: Date) -> String {
        date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)).replacing("Z", with: "000Z")
    }
}
