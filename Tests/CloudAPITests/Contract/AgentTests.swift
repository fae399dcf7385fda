import Domain
import FoundationEssentials
import Naming
import TestSupport
import Testing
import Wire

@Suite("Agents")
struct AgentTests {
    private static let image = "registry.example/team/image"
    private static let acmeAgents = "/api/app/v1/acme/agent/"
    private static let acmeRepositories = "/api/repo/v1/acme/repository/"

    private func images(
        _ server: TestServer, in list: String = TestServer.services, as key: Authorization = .administrator
    ) async throws
        -> [String]
    {
        try await server.list(list, as: key).compactMap { $0["image_name"]?.text }
    }

    @Test("A report shows its services in the namespace, and their repository is in use until the next report without them")
    func life() async throws {
        try await TestServer.run { server in
            try await server.register(Self.image)
            let response = try await server.report(AgentReports.report(services: ["\(Self.image):v1", "registry.example/unregistered"]))
            #expect(response.status == 200)
            let receipt = try response.json
            let uuid = try #require(receipt["uuid"]?.text)
            let path = "/api/app/v1/admin/agent/\(uuid)/"
            #expect(
                receipt
                    == .object(["name": .string("host-1"), "resource_uri": .string(path), "services": .number("2"), "uuid": .string(uuid)]))
            let service = try #require(try await server.list(TestServer.services).first)
            let serviceID = try #require(service["uuid"]?.text)
            #expect(
                service
                    == .object([
                        "agent": .string(path), "agent_name": .string("host-1"),
                        "created_datetime": .string("Mon, 13 Oct 2014 11:01:43 +0000"), "current_num_containers": .number("2"),
                        "deployed_datetime": .string("Mon, 13 Oct 2014 10:00:00 +0000"), "image_digest": .null,
                        "image_name": .string("\(Self.image):v1"), "image_tag": .string("v1"), "is_stale": .bool(false),
                        "kind": .string("compose"), "modified_datetime": .string("Mon, 13 Oct 2014 11:01:43 +0000"),
                        "name": .string("service-0"), "nickname": .string("service-0"), "public_dns": .string(""),
                        "reported_datetime": .string("Mon, 13 Oct 2014 11:01:43 +0000"), "repository": .string(Self.image),
                        "resource_uri": .string("/api/app/v1/admin/service/\(serviceID)/"), "running_num_containers": .number("1"),
                        "stack": .string("shop"), "state": .string("Partly running"), "synchronized": .bool(true),
                        "target_num_containers": .number("3"), "uuid": .string(serviceID),
                    ]))
            #expect(try await images(server) == ["\(Self.image):v1"])
            let shown: [String: JSON] = [
                "account": .string("admin"), "created_datetime": .string("Mon, 13 Oct 2014 11:01:43 +0000"), "engine": .string("docker"),
                "is_stale": .bool(false), "name": .string("host-1"), "reported_datetime": .string("Mon, 13 Oct 2014 11:01:43 +0000"),
                "resource_uri": .string(path), "services": .number("1"), "uuid": .string(uuid),
            ]
            #expect(try await server.list(TestServer.agents) == [.object(shown)])
            #expect(try await server.call("GET", path) == .object(shown))
            #expect(try await server.call("GET", TestServer.repositories + "\(Self.image)/")["in_use"] == .bool(true))

            // Another tag of the same service: the UUID stays.
            #expect(try await server.report(AgentReports.report(sequence: 2, hash: "1", services: ["\(Self.image):v2"])).status == 200)
            let changed = try await server.call("GET", "/api/app/v1/admin/service/\(serviceID)/")
            #expect(changed["image_tag"]?.text == "v2")
            #expect(try await server.report(AgentReports.report(sequence: 3, hash: "2", services: [])).status == 200)
            #expect(try await images(server).isEmpty)
            #expect(try await server.call("GET", TestServer.repositories + "\(Self.image)/")["in_use"] == .bool(false))

            #expect(try await server.status("DELETE", path) == 204)
            #expect(try await server.status("GET", path) == 404)
            let trail = try await server.list("/api/audit/v1/action/?object=\(path)").compactMap { $0["action"]?.text }
            #expect(trail == ["Agent Delete", "Agent Create"])
        }
    }

    @Test("A repository that is registered after the report is in use at once, and a removed agent uses nothing")
    func later() async throws {
        try await TestServer.run { server in
            let uuid = try #require(try await server.report().json["uuid"]?.text)
            #expect(try await images(server).isEmpty)
            let registered = try await server.register(Self.image)
            #expect(try registered.json["in_use"] == .bool(true))
            #expect(try await images(server) == ["\(Self.image):v1"])
            #expect(try await server.list(TestServer.repositories + "?in_use=true").count == 1)
            try await server.call("DELETE", TestServer.repositories + "\(Self.image)/")
            #expect(try await images(server).isEmpty)
            try await server.register(Self.image)
            #expect(try await images(server).count == 1)
            try await server.call("DELETE", TestServer.agents + "\(uuid)/")
            #expect(try await images(server).isEmpty)
            #expect(try await server.list(TestServer.repositories + "?in_use=true").isEmpty)
        }
    }

    @Test("Each namespace of the account sees the services that use its repositories, and nothing of the others")
    func namespaces() async throws {
        try await TestServer.run { server in
            try await server.backend.makeOrganization()
            try await server.backend.makeOrganization("umbrella")
            let bob = Authorization.bearer(try await server.backend.makeMember("bob", .read, scopes: [.serviceReport]))
            let reader = Authorization.bearer(try await server.backend.makeMember("carol", .read))
            for (namespace, name) in [("acme", "a"), ("umbrella", "b"), ("acme", "c")] {
                try await server.call("POST", "/api/repo/v1/\(namespace)/repository/", #"{"name": "registry.example/\#(name)"}"#)
            }
            let names = ["a", "b", "c", "d"].map { "registry.example/\($0)" }
            let receipt = try await server.report(AgentReports.report(services: names), with: bob).json
            #expect(receipt["services"] == .number("4"))
            let acme = try await images(server, in: TestServer.acmeServices, as: reader)
            #expect(acme.sorted() == ["registry.example/a:latest", "registry.example/c:latest"])
            #expect(try await images(server, in: "/api/app/v1/umbrella/service/").isEmpty)
            #expect(try await server.list(Self.acmeAgents, as: reader).map { $0["services"] } == [.number("2")])
            #expect(try await server.list("/api/app/v1/umbrella/agent/").isEmpty)
            let uuid = try #require(receipt["uuid"]?.text)
            #expect(try await server.status("GET", "/api/app/v1/umbrella/agent/\(uuid)/") == 404)

            // The account leaves, and its agent still runs.
            try await server.call("DELETE", TestServer.members + "bob/")
            #expect(try await images(server, in: TestServer.acmeServices, as: reader).isEmpty)
            #expect(try await server.list(Self.acmeAgents, as: reader).isEmpty)
            #expect(try await server.list(Self.acmeRepositories + "?in_use=true").isEmpty)
            #expect(try await server.report(AgentReports.report(sequence: 2, services: names), with: bob).status == 200)
            #expect(try await images(server, in: TestServer.acmeServices, as: reader).isEmpty)
        }
    }

    @Test("An agent of another account is removed from the namespace only, and one of a removed robot everywhere")
    func removal() async throws {
        try await TestServer.run { server in
            try await server.backend.makeOrganization()
            let bob = Authorization.bearer(try await server.backend.makeMember("bob", .read))
            let robot = Authorization.bearer(try await server.backend.makeRobot("ci", scopes: [.serviceReport]))
            let uuid = try #require(try await server.report(with: bob).json["uuid"]?.text)
            let robots = try #require(try await server.report(with: robot).json["resource_uri"]?.text)
            #expect(robots.hasPrefix(Self.acmeAgents))
            #expect(try await server.list(Self.acmeAgents).count == 2)
            #expect(try await server.status("DELETE", Self.acmeAgents + "\(uuid)/") == 204)
            #expect(try await server.list(Self.acmeAgents).count == 1)
            #expect(try await server.list(TestServer.agents, as: bob).count == 1)
            // The next report adds it again.
            #expect(try await server.report(AgentReports.report(sequence: 2, services: nil), with: bob).status == 200)
            #expect(try await server.list(Self.acmeAgents).count == 2)
            try await server.call("DELETE", TestServer.robots + "ci/")
            #expect(try await server.list(Self.acmeAgents).compactMap { $0["account"]?.text } == ["bob"])
        }
    }

    @Test("Reports without services refer to the stored ones by their hash, and outdated or foreign reports are refused")
    func refusals() async throws {
        try await TestServer.run { server in
            try await server.register(Self.image)
            func refused(_ body: String, _ code: String, _ line: Int = #line) async throws {
                let response = try await server.report(body)
                #expect(response.status == 409, "line \(line): \(response.text)")
                #expect(try response.json["code"]?.text == code, "line \(line)")
            }
            let second = "11234567-89ab-4def-8123-456789abcdef"
            try await refused(AgentReports.report(services: nil), "report_unknown")
            #expect(try await server.list(TestServer.agents).isEmpty)
            #expect(try await server.report(AgentReports.report(sequence: 5)).status == 200)
            #expect(try await server.report(AgentReports.report(sequence: 6, services: nil)).status == 200)
            #expect(try await server.report(AgentReports.report(sequence: 6, services: nil)).status == 200)
            try await refused(AgentReports.report(sequence: 5, services: []), "report_outdated")
            try await refused(AgentReports.report(sequence: 7, hash: "1", services: nil), "report_unknown")
            try await refused(AgentReports.report(instance: AgentReports.otherInstance, sequence: 7, services: []), "agent_name_taken")
            #expect(try await images(server) == ["\(Self.image):v1"])
            #expect(try await server.report(AgentReports.report(process: second, services: nil)).status == 200)
            try await refused(AgentReports.report(sequence: 8, services: []), "report_outdated")
            #expect(try await images(server) == ["\(Self.image):v1"])
            server.backend.clock.advance(by: 15 * 60)
            let other = AgentReports.report(instance: AgentReports.otherInstance, process: AgentReports.process, services: [])
            #expect(try await server.report(other).status == 200)
            #expect(try await images(server).isEmpty)
            #expect(try await server.list(TestServer.agents).count == 1)
            #expect(try await server.list("/api/audit/v1/action/?state=Failed").isEmpty)
        }
    }

    @Test("An agent that is silent for 15 minutes of running time keeps its services, marked as stale; the wall clock does not matter")
    func stale() async throws {
        try await TestServer.run { server in
            try await server.register(Self.image)
            _ = try await server.report()
            func isStale() async throws -> [JSON?] {
                [
                    try await server.list(TestServer.services).first?["is_stale"],
                    try await server.list(TestServer.agents).first?["is_stale"],
                ]
            }
            server.backend.clock.jump(by: 86_400)
            #expect(try await isStale() == [.bool(false), .bool(false)])
            server.backend.clock.jump(by: -2 * 86_400)
            server.backend.clock.advance(by: 899)
            #expect(try await isStale() == [.bool(false), .bool(false)])
            server.backend.clock.advance(by: 1)
            #expect(try await isStale() == [.bool(true), .bool(true)])
            #expect(try await server.call("GET", TestServer.repositories + "\(Self.image)/")["in_use"] == .bool(true))
            #expect(try await server.report(AgentReports.report(sequence: 2, services: nil)).status == 200)
            #expect(try await isStale() == [.bool(false), .bool(false)])
        }
    }

    @Test("A key with the scope service:report alone reports and can do nothing else")
    func scope() async throws {
        try await TestServer.run { server in
            let key = Authorization.bearer(try await server.backend.makeAdministratorKey(scopes: [.serviceReport]))
            try await server.makeDocumented()
            #expect(try await server.report(with: key).status == 200)
            let before = try await server.everything()
            for call in DocumentedCall.all where call.method != "PUT" {
                let response = try await server.send(call.method, call.path.text(), as: key, body: call.body)
                #expect(response.status == 403, "\(call)")
            }
            #expect(try await server.status("GET", "/v2/registry.example/team/image/manifests/v1", as: key) == 403)
            #expect(try await server.everything() == before)
        }
    }

    @Test("An agent cannot change the report of another account's agent with the same name")
    func foreign() async throws {
        try await TestServer.run { server in
            try await server.backend.makeOrganization()
            let bob = Authorization.bearer(try await server.backend.makeMember("bob", .admin))
            try await server.register(Self.image)
            _ = try await server.report()
            #expect(try await server.report(AgentReports.report(sequence: 9, services: []), with: bob).status == 200)
            #expect(try await images(server) == ["\(Self.image):v1"])
            #expect(try await server.list(TestServer.agents).count == 1)
        }
    }

    @Test("A restricted key reports for its namespace and its repositories only")
    func restricted() async throws {
        try await TestServer.run { server in
            try await server.backend.makeOrganization()
            let (acme, names) = (try NamespaceName(parsing: "acme"), ["registry.example/own/a", "registry.example/other/a"])
            for name in names {
                try await server.register(name)
                try await server.call("POST", Self.acmeRepositories, #"{"name": "\#(name)"}"#)
            }
            let restriction = APIKey.Restriction(namespace: acme, repositories: [try RepositoryPattern(parsing: "registry.example/own/*")])
            let key = Authorization.bearer(
                try await server.backend.makeAdministratorKey(scopes: [.serviceReport], restriction: restriction))
            let receipt = try await server.report(AgentReports.report(services: names), with: key).json
            #expect(receipt["services"] == .number("1"))
            #expect(try await images(server, in: TestServer.acmeServices) == ["\(names[0]):latest"])
            #expect(try await images(server).isEmpty)
            // The stored services are those of the restricted key, so another key must send all.
            let unchanged = try await server.report(AgentReports.report(sequence: 2, services: nil))
            #expect(try unchanged.json["code"]?.text == "report_unknown")
            #expect(try await server.report(AgentReports.report(sequence: 2, services: names)).status == 200)
            #expect(try await images(server).count == 2)
            let nowhere = APIKey.Restriction(namespace: try NamespaceName(parsing: "nowhere"))
            let lost = Authorization.bearer(try await server.backend.makeAdministratorKey(restriction: nowhere))
            #expect(try await server.report(AgentReports.report(sequence: 3), with: lost).status == 403)
        }
    }

    @Test(
        "A bad report names the first bad item, and the report before it stays",
        arguments: [
            (AgentReports.service("a\\nb", "registry.example/a"), 400, "services[1].name"),
            (AgentReports.service("web", "registry.example/a:-"), 400, "services[1].image_name"),
            (AgentReports.service("web", "https://registry.example/a"), 400, "services[1].image_name"),
            (
                AgentReports.service("web", "registry.example/a", more: #", "image_digest": "sha256:0"# + "\""), 400,
                "services[1].image_digest"
            ),
            (AgentReports.service("web", "registry.example/a", more: #", "image": "x""#), 400, "image"),
            (AgentReports.service(String(repeating: "x", count: 4 << 20), "registry.example/a"), 413, "larger than 4194304 bytes"),
        ])
    func bad(_ service: String, _ status: Int, _ part: String) async throws {
        try await TestServer.run { server in
            try await server.register(Self.image)
            #expect(try await server.report().status == 200)
            let good = AgentReports.service("good", "registry.example/b")
            let body = AgentReports.report(sequence: 2, services: []).replacing(
                #""services": []"#, with: #""services": [\#(good), \#(service)]"#)
            let response = try await server.report(body)
            #expect(response.status == status, "\(response.text)")
            #expect(response.error?.contains(part) == true, "\(response.text)")
            #expect(try await images(server) == ["\(Self.image):v1"])
            #expect(try await server.report(AgentReports.report(sequence: 2, services: nil)).status == 200)
        }
    }

    @Test("An image that was pulled through a namespace's path at the gateway is used in that namespace only")
    func pulled() async throws {
        try await TestServer.run { server in
            try await server.backend.makeOrganization()
            try await server.register(Self.image)
            try await server.call("POST", Self.acmeRepositories, #"{"name": "\#(Self.image)"}"#)
            for (sequence, (path, lists)) in [
                ("127.0.0.1/acme/\(Self.image):v1", [0, 1]), ("127.0.0.1/admin/\(Self.image):v1", [1, 0]),
                ("127.0.0.1/\(Self.image):v1", [1, 1]), ("127.0.0.1/elsewhere/\(Self.image):v1", [0, 0]),
            ].enumerated() {
                let report = AgentReports.report(sequence: sequence + 1, hash: "\(sequence)".first ?? "0", services: [path])
                #expect(try await server.report(report).status == 200)
                for (namespace, count) in zip(["admin", "acme"], lists) {
                    #expect(try await images(server, in: "/api/app/v1/\(namespace)/service/").count == count, "\(path) in \(namespace)")
                    let repositories = "/api/repo/v1/\(namespace)/repository/?in_use=true"
                    #expect(try await server.list(repositories).count == count, "\(path) in \(namespace)")
                }
            }
            // The filter of a list finds the services of the namespace by each path.
            #expect(try await server.report(AgentReports.report(sequence: 9, services: ["127.0.0.1/acme/\(Self.image)"])).status == 200)
            for image in [Self.image, "127.0.0.1/\(Self.image)", "127.0.0.1/acme/\(Self.image)"] {
                #expect(try await server.list(TestServer.acmeServices + "?image=\(image)").count == 1, "\(image)")
            }
        }
    }

    @Test("An image without a tag has the tag latest, also if the engine knows its digest")
    func impliedTag() async throws {
        try await TestServer.run { server in
            try await server.register(Self.image)
            let digest = "sha256:\(String(repeating: "0f", count: 32))"
            let known = #", "image_digest": "\#(digest)""#
            for (sequence, (written, name, tag)) in [
                (Self.image, "\(Self.image):latest", JSON.string("latest")), ("\(Self.image):v1", "\(Self.image):v1", .string("v1")),
                ("\(Self.image)@\(digest)", "\(Self.image)@\(digest)", .null),
            ].enumerated() {
                let body = AgentReports.report(sequence: sequence + 1, hash: "\(sequence)".first ?? "0", services: []).replacing(
                    #""services": []"#, with: #""services": [\#(AgentReports.service("web", written, more: known))]"#)
                #expect(try await server.report(body).status == 200)
                let service = try #require(try await server.list(TestServer.services).first)
                #expect(service["image_name"]?.text == name)
                #expect(service["image_tag"] == tag && service["image_digest"]?.text == digest)
                #expect(try await server.list(TestServer.services + "?image=\(name)").count == 1)
                #expect(try await server.list(TestServer.services + "?image=\(Self.image)@\(digest)").count == 1)
            }
        }
    }

    @Test("A report is not read from a key that may not report")
    func unreadBody() async throws {
        try await TestServer.run { server in
            let key = Authorization.bearer(try await server.backend.makeAdministratorKey(scopes: [.repositoryRead]))
            #expect(try await server.report(String(repeating: " ", count: 5 << 20), with: key).status == 403)
        }
    }

    @Test("Images count through the gateway and by their digest, and ten thousand services are stored, but not more")
    func many() async throws {
        try await TestServer.run { server in
            try await server.register(Self.image)
            let digest = "sha256:\(String(repeating: "0f", count: 32))"
            let gateway = "127.0.0.1/admin/\(Self.image)@\(digest)"
            #expect(try await server.report(AgentReports.report(services: [gateway])).status == 200)
            #expect(try await server.list(TestServer.services + "?image=\(Self.image)@\(digest)").count == 1)
            func report(_ count: Int) async throws -> Int {
                let service =
                    #"{"name":"x","kind":"container","image_name":"a","state":"Stopped","current_num_containers":1,"#
                    + #""running_num_containers":0}"#
                let services = Array(repeating: service, count: count).joined(separator: ",")
                let body = AgentReports.report(sequence: count, services: []).replacing(
                    #""services": []"#, with: #""services": [\#(services)]"#)
                return try await server.report(body).status
            }
            #expect(try await report(10_001) == 400)
            #expect(try await images(server).count == 1)
            #expect(try await report(10_000) == 200)
            #expect(try await images(server).isEmpty)
        }
    }
}
