import FoundationEssentials

/// The pods of a cluster, from a list and the changes that a watch reports after it
/// (https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes).
struct PodTable: Sendable {
    private(set) var pods: [String: Pod] = [:]
    /// The version up to which the table is complete.
    private(set) var version = ""

    static let maximumPods = 200_000

    enum Change: Hashable, Sendable {
        case pods
        /// Only the version.
        case bookmark
        /// The server no longer has the changes since the version: the pods must be listed again.
        case expired
    }

    /// Adds a page of a list. The last page makes the table complete.
    mutating func add(_ page: PodList) throws {
        for pod in page.items ?? [] { pods[Self.key(pod.metadata)] = pod }
        version = page.metadata.resourceVersion ?? version
        try checkCount()
    }

    /// Applies a line of a watch.
    mutating func apply(_ line: [UInt8]) throws -> Change {
        guard let event = try? JSONDecoder().decode(WatchEvent.self, from: Data(line)) else {
            throw AgentFailure("The Kubernetes API sent a change of pods that cannot be read")
        }
        switch event.content {
        case .changed(let pod): pods[Self.key(pod.metadata)] = pod
        case .deleted(let metadata): pods[Self.key(metadata)] = nil
        case .bookmark: break
        case .error(410): return .expired
        case .error(let code): throw AgentFailure("The Kubernetes API ended the watch of pods with status \(code)")
        }
        if let new = event.version { version = new }
        try checkCount()
        return event.isBookmark ? .bookmark : .pods
    }

    private func checkCount() throws {
        guard pods.count <= Self.maximumPods else {
            throw AgentFailure("The cluster has more than \(Self.maximumPods) pods. Nothing is reported")
        }
    }

    private static func key(_ metadata: ObjectMetadata) -> String {
        metadata.uid ?? "\(metadata.namespace ?? "")/\(metadata.name)"
    }
}

/// One event of a watch.
private struct WatchEvent: Decodable {
    enum Content {
        case changed(Pod)
        case deleted(ObjectMetadata)
        case bookmark
        case error(Int)
    }

    let content: Content
    /// The version of the object.
    let version: String?

    var isBookmark: Bool { if case .bookmark = content { true } else { false } }

    private enum CodingKeys: CodingKey { case type, object }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch try container.decode(String.self, forKey: .type) {
        case "ADDED", "MODIFIED":
            let pod = try container.decode(Pod.self, forKey: .object)
            (content, version) = (.changed(pod), pod.metadata.resourceVersion)
        case "DELETED":
            let pod = try container.decode(Identified.self, forKey: .object)
            (content, version) = (.deleted(pod.metadata), pod.metadata.resourceVersion)
        case "BOOKMARK":
            (content, version) = (.bookmark, try container.decode(Versioned.self, forKey: .object).metadata.resourceVersion)
        default: (content, version) = (.error(try container.decode(Failure.self, forKey: .object).code ?? 0), nil)
        }
    }

    private struct Identified: Decodable { let metadata: ObjectMetadata }

    /// A bookmark has no name.
    private struct Versioned: Decodable {
        let metadata: Metadata
        struct Metadata: Decodable { let resourceVersion: String? }
    }

    /// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
    private struct Failure: Decodable { let code: Int? }
}
