import FoundationEssentials
import Testing
import Wire

@testable import Agent

@Suite("The services of a cluster")
struct PodServicesTests {
    private func pod(_ json: String) throws -> Pod { try JSONDecoder().decode(Pod.self, from: Data(json.utf8)) }

    private func owner(_ owner: String?, name: String = "pod-1", labels: String = "{}", spec: String = "{}") throws -> String {
        let owners = owner.map { "[\($0)]" } ?? "null"
        return PodOwner(
            of: try pod(#"{"metadata":{"name":"\#(name)","labels":\#(labels),"ownerReferences":\#(owners)},"spec":\#(spec)}"#)
        ).description
    }

    @Test(
        "A pod belongs to the workload that its owner reference and its labels show",
        arguments: [
            ("ReplicaSet", "web-5d4f8c7b9c", #"{"pod-template-hash":"5d4f8c7b9c"}"#, "deployment/web"),
            ("ReplicaSet", "web-a-b-5d4f8c7b9c", #"{"pod-template-hash":"5d4f8c7b9c"}"#, "deployment/web-a-b"),
            ("ReplicaSet", "web", "{}", "replicaset/web"), ("ReplicaSet", "web-1", #"{"pod-template-hash":"2"}"#, "replicaset/web-1"),
            ("ReplicaSet", "-5d", #"{"pod-template-hash":"5d"}"#, "replicaset/-5d"),
            ("ReplicaSet", "web-", #"{"pod-template-hash":""}"#, "replicaset/web-"),
            ("StatefulSet", "db", "{}", "statefulset/db"), ("DaemonSet", "log", "{}", "daemonset/log"), ("Job", "once", "{}", "job/once"),
            ("Job", "backup-29412345", "{}", "cronjob/backup"), ("Job", "a-b-29412345", "{}", "cronjob/a-b"),
            ("Job", "backup-2941234", "{}", "job/backup-2941234"), ("Job", "backup-2941234x", "{}", "job/backup-2941234x"),
            ("Job", "29412345", "{}", "job/29412345"), ("Job", "-29412345", "{}", "job/-29412345"),
            ("ReplicationController", "old", "{}", "replicationcontroller/old"), ("Rollout", "canary", "{}", "rollout/canary"),
        ])
    func owners(_ kind: String, _ name: String, _ labels: String, _ expected: String) throws {
        #expect(try owner(#"{"kind":"\#(kind)","name":"\#(name)","controller":true,"uid":"1"}"#, labels: labels) == expected)
    }

    @Test("A pod without a controller is a service by itself")
    func bare() throws {
        #expect(try owner(nil) == "pod/pod-1")
        #expect(try owner(#"{"kind":"ConfigMap","name":"x"}"#) == "pod/pod-1")
    }

    @Test("The static pods of all nodes are one service")
    func nodes() throws {
        let owner = #"{"kind":"Node","name":"node-1","controller":true}"#
        #expect(try self.owner(owner, name: "kube-proxy-node-1") == "pod/kube-proxy")
        #expect(try self.owner(owner, name: "kube-proxy-node-2", spec: #"{"nodeName":"node-2"}"#) == "pod/kube-proxy")
        #expect(try self.owner(owner, name: "other") == "pod/other")
    }

    private static let digest = "sha256:" + String(repeating: "cd", count: 32)

    private func web(_ number: Int, state: String, image: String = "registry.local/team/app:v1", imageID: String = "") throws -> Pod {
        try pod(
            """
            {"metadata":{"name":"web-\(number)","namespace":"shop","uid":"\(number)","creationTimestamp":"2026-11-30T09:00:0\(number)Z",
            "ownerReferences":[{"kind":"StatefulSet","name":"web","controller":true}]},
            "spec":{"containers":[{"name":"a","image":"\(image)","env":[{"name":"PASSWORD","value":"secret"}]}]},
            "status":{"phase":"Running","containerStatuses":[{"name":"a","imageID":"\(imageID)","state":\(state)}]}}
            """)
    }

    @Test("The pods of a workload are one service, with the counts of their containers")
    func counts() throws {
        let pods = [
            try web(1, state: #"{"running":{"startedAt":"2026-11-30T09:00:01Z"}}"#, imageID: "registry.local/team/app@\(Self.digest)"),
            try web(2, state: #"{"waiting":{"reason":"CrashLoopBackOff"}}"#), try web(3, state: #"{"terminated":{"exitCode":0}}"#),
        ]
        #expect(
            PodServices.services(of: pods) == [
                AgentReportBody.Service(
                    name: "statefulset/web", stack: "shop", kind: .kubernetes, imageName: "registry.local/team/app:v1",
                    imageDigest: Self.digest, state: .partlyRunning, currentNumContainers: 3, runningNumContainers: 1,
                    deployed: "Mon, 30 Nov 2026 09:00:03 +0000")
            ])
    }

    @Test(
        "The state of a service follows from its containers",
        arguments: [
            (#"{"running":{}}"#, .running), (#"{"waiting":{}}"#, .starting), ("{}", .starting), ("null", .starting),
            (#"{"terminated":{}}"#, .stopped),
        ] as [(String, AgentReportBody.Service.State)])
    func states(_ state: String, _ expected: AgentReportBody.Service.State) throws {
        #expect(PodServices.services(of: [try web(1, state: state)]).map(\.state) == [expected])
    }

    @Test("The images of init and ephemeral containers are in use, too")
    func allContainers() throws {
        let pod = try pod(
            """
            {"metadata":{"name":"a","namespace":"n"},"spec":{"containers":[{"name":"a","image":"main:1"},{"name":"b","image":"side:1"}],
            "initContainers":[{"name":"i","image":"init:1"}],"ephemeralContainers":[{"name":"e","image":"debug:1"}]},
            "status":{"initContainerStatuses":[{"name":"i","state":{"terminated":{}}}],
            "containerStatuses":[{"name":"b","state":{"running":{}}}]}}
            """)
        let found = PodServices.services(of: [pod])
        #expect(found.map(\.imageName) == ["debug:1", "init:1", "main:1", "side:1"])
        #expect(found.map(\.state) == [.starting, .stopped, .starting, .running])
    }

    private static let running = #"{"running":{}}"#
    private static let ended = #"{"terminated":{"exitCode":0}}"#
    private static let waiting = #"{"waiting":{}}"#

    /// A pod of a workload, with a main container and an init container of the same image.
    private func job(
        _ number: Int, phase: String, main: String?, initial: String? = nil, policy: String = "Always", ephemeral: String? = nil
    ) throws -> Pod {
        func statuses(_ name: String, _ state: String?) -> String { state.map { #"[{"name":"\#(name)","state":\#($0)}]"# } ?? "null" }
        func specs(_ name: String, _ state: String?) -> String { state == nil ? "[]" : #"[{"name":"\#(name)","image":"app:1"}]"# }
        return try pod(
            """
            {"metadata":{"name":"p\(number)","namespace":"shop","uid":"\(number)",
            "ownerReferences":[{"kind":"Job","name":"backup-2941234\(number)","controller":true}]},
            "spec":{"restartPolicy":"\(policy)","containers":\(specs("a", "")),"initContainers":\(specs("i", initial)),
            "ephemeralContainers":\(specs("e", ephemeral))},
            "status":{"phase":"\(phase)","containerStatuses":\(statuses("a", main)),"initContainerStatuses":\(statuses("i", initial)),
            "ephemeralContainerStatuses":\(statuses("e", ephemeral))}}
            """)
    }

    /// The state, and the numbers of running and of all containers.
    private func summary(_ pods: Pod...) -> String {
        PodServices.services(of: pods).map { "\($0.state.rawValue) \($0.runningNumContainers)/\($0.currentNumContainers)" }
            .joined(separator: ", ")
    }

    @Test("An init container that ended does not count beside containers with the same image")
    func initContainers() throws {
        #expect(try summary(job(10, phase: "Running", main: Self.running, initial: Self.ended)) == "Running 1/1")
        #expect(try summary(job(10, phase: "Pending", main: Self.waiting, initial: Self.ended)) == "Starting 0/1")
        #expect(try summary(job(10, phase: "Pending", main: Self.waiting, initial: Self.running)) == "Partly running 1/2")
        #expect(try summary(job(10, phase: "Succeeded", main: Self.ended, initial: Self.ended)) == "Stopped 0/1")
        #expect(try summary(job(10, phase: "Running", main: Self.running, ephemeral: Self.ended)) == "Running 1/2")
    }

    @Test(
        "The containers of completed, failed and evicted pods do not change the state of running ones",
        arguments: ["Succeeded", "Failed"])
    func finished(_ phase: String) throws {
        let running = try job(10, phase: "Running", main: Self.running)
        let starting = try job(11, phase: "Pending", main: Self.waiting)
        for state in [Self.ended, Self.running, nil] {
            let finished = try job(12, phase: phase, main: state)
            #expect(summary(finished) == "Stopped 0/1")
            #expect(summary(finished, running) == "Running 1/2")
            #expect(summary(finished, starting) == "Starting 0/2")
            #expect(summary(finished, running, starting) == "Partly running 1/3")
        }
    }

    @Test("A container that ended counts while its pod restarts it")
    func restarts() throws {
        let running = try job(10, phase: "Running", main: Self.running)
        #expect(try summary(running, job(11, phase: "Running", main: Self.ended)) == "Partly running 1/2")
        #expect(try summary(running, job(11, phase: "Running", main: Self.ended, policy: "OnFailure")) == "Running 1/2")
    }

    @Test("During an update, each image of a workload is an entry")
    func update() throws {
        let pods = [try web(1, state: #"{"running":{}}"#), try web(2, state: #"{"running":{}}"#, image: "registry.local/team/app:v2")]
        #expect(PodServices.services(of: pods).map(\.imageName) == ["registry.local/team/app:v1", "registry.local/team/app:v2"])
    }

    @Test("An image ID without a repository is no digest of the image in its repository")
    func imageID() throws {
        for id in [Self.digest, "docker://\(Self.digest)", "a@sha256:00", ""] {
            #expect(PodServices.services(of: [try web(1, state: "{}", imageID: id)]).map(\.imageDigest) == [nil])
        }
        let prefixed = try web(1, state: "{}", imageID: "docker-pullable://registry.local/team/app@\(Self.digest)")
        #expect(PodServices.services(of: [prefixed]).map(\.imageDigest) == [Self.digest])
    }

    @Test("The order of the pods does not change the report")
    func order() throws {
        let other = "sha256:" + String(repeating: "ef", count: 32)
        let pods = try (1...9).map { try web($0, state: "{}", imageID: "a@\($0 % 2 == 0 ? Self.digest : other)") }
        #expect(Set(try (0..<10).map { _ in try Snapshot(PodServices.services(of: pods.shuffled())).hash }).count == 1)
    }
}

@Suite("The table of pods")
struct PodTableTests {
    private func apply(_ lines: String...) throws -> (PodTable, [PodTable.Change]) {
        var table = PodTable()
        try table.add(
            PodList(
                metadata: .init(resourceVersion: "10", continue: nil),
                items: [Pod(metadata: ObjectMetadata(name: "a", namespace: "n", uid: "1"))]))
        let changes = try lines.map { try table.apply(Array($0.utf8)) }
        return (table, changes)
    }

    private static func event(_ type: String, _ name: String, uid: String, version: Int) -> String {
        #"{"type":"\#(type)","object":{"kind":"Pod","metadata":{"name":"\#(name)","namespace":"n","uid":"\#(uid)","#
            + #""resourceVersion":"\#(version)"}}}"#
    }

    @Test("Added, modified and deleted pods change the table and its version")
    func changes() throws {
        let (table, changes) = try apply(
            Self.event("ADDED", "b", uid: "2", version: 11), Self.event("MODIFIED", "c", uid: "2", version: 12),
            Self.event("DELETED", "a", uid: "1", version: 13))
        #expect(table.pods.values.map(\.metadata.name) == ["c"])
        #expect(table.version == "13")
        #expect(changes == [.pods, .pods, .pods])
    }

    @Test("A pod with the name of a deleted one is another pod")
    func sameName() throws {
        let (table, _) = try apply(Self.event("ADDED", "a", uid: "2", version: 11), Self.event("DELETED", "a", uid: "1", version: 12))
        #expect(table.pods.values.map(\.metadata.uid) == ["2"])
    }

    @Test("A bookmark changes only the version")
    func bookmark() throws {
        let (table, changes) = try apply(
            #"{"type":"BOOKMARK","object":{"kind":"Pod","metadata":{"resourceVersion":"99","creationTimestamp":null}}}"#)
        #expect(changes == [.bookmark])
        #expect(table.version == "99" && table.pods.count == 1)
    }

    @Test("An expired version requires a new list")
    func expired() throws {
        let status = #"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"too old resource version: 1 (2)","#
        let (table, changes) = try apply(#"{"type":"ERROR","object":\#(status)"reason":"Expired","code":410}}"#)
        #expect(changes == [.expired])
        #expect(table.version == "10")
    }

    @Test(
        "An event that cannot be read, or another error, ends the watch",
        arguments: [
            "", "{}", "null", #"{"type":"ADDED"}"#, #"{"type":"ADDED","object":{}}"#, #"{"type":"ERROR","object":{"code":500}}"#,
            #"{"type":"OTHER","object":{}}"#, #"{"type":"ADDED","object":{"metadata":{"name":"#,
        ])
    func unreadable(_ line: String) {
        #expect(throws: AgentFailure.self) { try apply(line) }
    }
}
