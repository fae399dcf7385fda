/// The workload that a pod belongs to, as far as the pod itself shows it.
struct PodOwner: Hashable, Sendable {
    let kind: String
    let name: String

    /// The workload's name as kubectl writes it: `deployment/web`.
    var description: String { "\(kind.lowercased())/\(name)" }

    private init(kind: String, name: some StringProtocol) {
        self.kind = kind
        self.name = String(name)
    }

    init(of pod: Pod) {
        let metadata = pod.metadata
        guard let owner = (metadata.ownerReferences ?? []).first(where: { $0.controller == true }) else {
            self.init(kind: "Pod", name: metadata.name)
            return
        }
        switch owner.kind {
        case "ReplicaSet": self = Self.replicaSet(owner.name, hash: metadata.labels?["pod-template-hash"])
        case "Job": self = Self.job(owner.name)
        case "Node": self.init(kind: "Pod", name: Self.staticName(metadata.name, on: pod.spec?.nodeName ?? owner.name))
        default: self.init(kind: owner.kind, name: owner.name)
        }
    }

    /// A Deployment names its ReplicaSets `NAME-HASH`, and labels their pods with the hash.
    private static func replicaSet(_ name: String, hash: String?) -> Self {
        guard let hash, !hash.isEmpty, name.hasSuffix("-\(hash)"), name.utf8.count > hash.utf8.count + 1 else {
            return Self(kind: "ReplicaSet", name: name)
        }
        return Self(kind: "Deployment", name: name.dropLast(hash.count + 1))
    }

    /// A CronJob names its jobs `NAME-MINUTES`, with the scheduled time in minutes since 1970.
    private static func job(_ name: String) -> Self {
        guard let dash = name.lastIndex(of: "-"), dash > name.startIndex else { return Self(kind: "Job", name: name) }
        let digits = name[name.index(after: dash)...].utf8
        let isTime = (8...9).contains(digits.count) && digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return isTime ? Self(kind: "CronJob", name: name[..<dash]) : Self(kind: "Job", name: name)
    }

    /// The kubelet names the pod of a file on its node `NAME-NODE`.
    private static func staticName(_ name: String, on node: String) -> Substring {
        name.hasSuffix("-\(node)") && name.count > node.count + 1 ? name.dropLast(node.count + 1) : name[...]
    }
}
