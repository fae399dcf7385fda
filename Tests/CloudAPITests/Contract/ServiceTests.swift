import Domain
import Naming
import Storage
import TestSupport
import Testing
import Wire

@Suite("Services")
struct ServiceTests {
    private static let image = "registry.example/team/image"

    private func inUse(_ server: TestServer) async throws -> Bool {
        let shown = try await server.call("GET", TestServer.repositories + "\(Self.image)/")["in_use"]
        let listed = try await server.list(TestServer.repositories + "?in_use=true")
        #expect(listed.isEmpty == (shown == .bool(false)))
        return shown == .bool(true)
    }

    @Test("A service is declared, shown, changed and terminated, and its repository is in use meanwhile")
    func life() async throws {
        try await TestServer.run { server in
            try await server.register(Self.image)
            #expect(try await inUse(server) == false)
            let made = try await server.send("POST", TestServer.services, body: #"{"image": "\#(Self.image):v1", "name": "web"}"#)
            #expect(made.status == 201)
            let uuid = try #require(try made.json["uuid"]?.text)
            let path = "/api/app/v1/admin/service/\(uuid)/"
            #expect(made["Location"] == path)
            #expect(made["X-DockerCloud-Action-URI"]?.hasPrefix("/api/audit/v1/admin/action/") == true)
            let body: [String: JSON] = [
                "agent": .null, "agent_name": .null, "is_stale": .bool(false), "kind": .null, "reported_datetime": .null,
                "created_datetime": .string("Mon, 13 Oct 2014 11:01:43 +0000"), "current_num_containers": .number("0"),
                "deployed_datetime": .null, "image_digest": .null, "image_name": .string("\(Self.image):v1"), "image_tag": .string("v1"),
                "modified_datetime": .string("Mon, 13 Oct 2014 11:01:43 +0000"), "name": .string("web"), "nickname": .string("web"),
                "public_dns": .string(""), "repository": .string(Self.image), "resource_uri": .string(path),
                "running_num_containers": .number("0"), "stack": .null, "state": .string("Not running"), "synchronized": .bool(true),
                "target_num_containers": .null, "uuid": .string(uuid),
            ]
            #expect(try made.json == .object(body))
            #expect(try await server.call("GET", path) == .object(body))
            #expect(try await server.list(TestServer.services) == [.object(body)])
            #expect(try await inUse(server))

            let changed = try await server.send("PATCH", path, body: #"{"image": "registry.example/other"}"#)
            #expect(changed.status == 202)
            #expect(try changed.json["image_name"]?.text == "registry.example/other:latest")
            #expect(try await inUse(server) == false)
            let same = try await server.send("PATCH", path, body: #"{"name": "web"}"#)
            #expect(same.status == 202 && same["X-DockerCloud-Action-URI"] == nil)
            try await server.call("PATCH", path, #"{"image": "\#(Self.image)"}"#)
            #expect(try await inUse(server))

            #expect(try await server.status("DELETE", path) == 204)
            #expect(try await server.status("GET", path) == 404)
            #expect(try await server.status("DELETE", path) == 404)
            #expect(try await server.list(TestServer.services).isEmpty)
            #expect(try await inUse(server) == false)
            let trail = try await server.list("/api/audit/v1/action/?object=\(path)")
            #expect(
                trail.map { [$0["action"]?.text, $0["state"]?.text] } == [
                    ["Service Terminate", "Failed"], ["Service Terminate", "Success"], ["Service Update", "Success"],
                    ["Service Update", "Success"], ["Service Create", "Success"],
                ])
        }
    }

    @Test(
        "An image counts for its repository in every spelling, and through the gateway with and without a namespace",
        arguments: [
            "registry.example/team/image", "Registry.example/team/image:v1",
            "registry.example/team/image@sha256:\(String(repeating: "0f", count: 32))",
            "{gateway}/registry.example/team/image:v1", "{gateway}/admin/registry.example/team/image",
        ])
    func spellings(_ image: String) async throws {
        try await TestServer.run { server in
            try await server.register(Self.image)
            let image = image.replacing("{gateway}", with: "127.0.0.1")
            let made = try await server.call("POST", TestServer.services, #"{"image": "\#(image)"}"#)
            #expect(made["repository"]?.text == Self.image)
            #expect(made["name"]?.text == "image")
            #expect(try await inUse(server))
            #expect(try await server.list(TestServer.services + "?image=\(image)").count == 1)
        }
    }

    @Test("Services are listed by their names, with a cursor, and filtered by image, state, name and UUID")
    func list() async throws {
        try await TestServer.run { server in
            var uuids: [String: String] = [:]
            for (name, image) in [("b", "a:v1"), ("a", "a"), ("c", "b:v1")] {
                let body = #"{"image": "registry.example/\#(image)", "name": "\#(name)"}"#
                uuids[name] = try await server.call("POST", TestServer.services, body)["uuid"]?.text
            }
            func names(_ query: String) async throws -> [String] {
                try await server.list(TestServer.services + query).compactMap { $0["name"]?.text }
            }
            #expect(try await names("") == ["a", "b", "c"])
            let first = try await server.call("GET", TestServer.services + "?limit=2&image=registry.example/a")
            #expect(first["meta"]?["total_count"] == .number("2") && first["meta"]?["next"] == .null)
            let page = try await server.call("GET", TestServer.services + "?limit=2")
            try await server.call("DELETE", TestServer.services + "\(uuids["b"] ?? "")/")
            let next = try #require(page["meta"]?["next"]?.text)
            #expect(try await server.list(next).compactMap { $0["name"]?.text } == ["c"])
            #expect(try await names("?image=registry.example/a") == ["a"])
            #expect(try await names("?image=registry.example/b:v1") == ["c"])
            #expect(try await names("?image=registry.example/b:v2").isEmpty)
            #expect(try await names("?image=nothing:::").isEmpty)
            #expect(try await names("?name=c") == ["c"])
            #expect(try await names("?uuid=\(uuids["c"] ?? "")") == ["c"])
            #expect(try await names("?uuid__startswith=\(uuids["c"]?.prefix(8).uppercased() ?? "")") == ["c"])
            #expect(try await names("?state=Not%20running") == ["a", "c"])
            #expect(try await names("?state=Running").isEmpty)
            for query in ["?state=Terminated", "?after=web", "?stack=shop"] {
                #expect(try await server.status("GET", TestServer.services + query) == 400, "\(query)")
            }
        }
    }

    @Test(
        "Invalid input is a 400 that names the member, and nothing is stored",
        arguments: [
            (#"{"name": "web"}"#, "The member 'image' is missing"), (#"{"image": null}"#, "The member 'image' is missing"),
            (#"{"image": "https://registry.example/a"}"#, "Invalid image: leave out the scheme"),
            (#"{"image": "registry.example/a:-"}"#, "Invalid image: the tag after ':'"),
            (#"{"image": "registry.example/a@sha256:0f"}"#, "Invalid image: the digest after '@'"),
            (#"{"image": "registry.example/a", "name": "a\nb"}"#, "Invalid name: a service's name has 1 to 255 characters"),
            (#"{"image": "registry.example/a", "name": ""}"#, "Invalid name: a service's name has 1 to 255 characters"),
            (#"{"image": 1}"#, "The member 'image' must be a string"), (#"{"image": "a", "imagename": "b"}"#, "Unknown member 'imagename'"),
        ])
    func invalid(_ body: String, _ message: String) async throws {
        try await TestServer.run { server in
            let response = try await server.send("POST", TestServer.services, body: body)
            #expect(response.status == 400)
            #expect(try response.json["error"]?.text?.hasPrefix(message) == true, "\(response.text)")
            #expect(try await server.list(TestServer.services).isEmpty)
        }
    }

    @Test("Members of Docker Cloud's services that concern containers are ignored")
    func ignored() async throws {
        try await TestServer.run { server in
            let body =
                #"{"image": "registry.example/a", "target_num_containers": 3, "container_envvars": [], "autorestart": "OFF", "tags": []}"#
            let made = try await server.call("POST", TestServer.services, body)
            #expect(made["current_num_containers"] == .number("0") && made["state"]?.text == "Not running")
        }
    }

    @Test("A key that is restricted to some repositories sees and declares only services that use them")
    func restricted() async throws {
        try await TestServer.run { server in
            let own = try await server.call("POST", TestServer.services, #"{"image": "registry.example/own/a:v1"}"#)
            let other = try await server.call("POST", TestServer.services, #"{"image": "registry.example/other/a:v1"}"#)
            let key = Authorization.bearer(
                try await server.backend.makeAdministratorKey(restriction: APIKey.Restriction(to: ["registry.example/own/*"])))
            #expect(try await server.list(TestServer.services, as: key) == [own])
            let path = try #require(other["resource_uri"]?.text)
            #expect(try await server.status("GET", path, as: key) == 404)
            #expect(try await server.status("DELETE", path, as: key) == 404)
            #expect(try await server.status("POST", TestServer.services, #"{"image": "registry.example/other/b"}"#, as: key) == 403)
            let ownPath = try #require(own["resource_uri"]?.text)
            #expect(try await server.status("PATCH", ownPath, #"{"image": "registry.example/other/b"}"#, as: key) == 403)
            #expect(try await server.status("PATCH", ownPath, #"{"image": "registry.example/own/b"}"#, as: key) == 202)
        }
    }

    @Test("The services of a removed organization are deleted")
    func organization() async throws {
        try await TestServer.run { server in
            try await server.backend.makeOrganization()
            try await server.call("POST", TestServer.acmeServices, #"{"image": "registry.example/a"}"#)
            try await server.call("DELETE", TestServer.acme)
            let counts = try await server.backend.decoratedStore.read { reader in
                try reader.services(in: NamespaceName(parsing: "acme"), where: ServiceFilter(), page: .first).total
            }
            #expect(counts == 0)
        }
    }
}
