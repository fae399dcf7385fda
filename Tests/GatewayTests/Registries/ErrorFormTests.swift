import Domain
import Foundation
import NIOHTTP1
import TestSupport
import Testing

/// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
@Suite("Errors of the distribution API")
struct ErrorFormTests {
    /// `NAME` is replaced with the name of the repository.
    private static let refused = [
        "/v2/NAME/manifests/v1?a=%zz", "/v2/NAME/manifests/v1?a=%", "/v2/NAME/manifests/%zz", "/v2/%zz", "/v2/NAME/tags/list?a=%ff",
        "/v2/NAME/manifests/v1?password=secret", "/v2/NAME/tags/list?access_token=secret", "/v2/NAME/blobs/uploads/?api_key=secret",
        "/v2/?token=secret", "/v2?a=%zz", "/v2/_catalog?authorization=secret", "/v2/NAME/manifests/%00", "/v2/nothing?a=%zz",
    ]

    @Test("A refused request target has the error format of the specification, after authentication", arguments: refused)
    func targets(_ target: String) async throws {
        try await Fixture.run { fixture in
            let target = target.replacing("NAME", with: fixture.name())
            let stranger = try await fixture.server.send("GET", target, as: .nobody)
            #expect(stranger.status == 401 && stranger.code == "UNAUTHORIZED", "\(stranger.status) \(stranger.text)")
            #expect(stranger.challenge["realm"] == "http://127.0.0.1/token")
            let known = try await fixture.server.send("GET", target)
            #expect((400..<500).contains(known.status) && known.status != 401, "\(known.status)")
            #expect(known.code != nil && !known.message.isEmpty && !known.text.contains("secret"), "\(known.text)")
            #expect(known["Docker-Distribution-Api-Version"] == "registry/2.0")
            #expect(fixture.registry.requests.isEmpty)
        }
    }

    @Test(
        "The token endpoint uses the same error format",
        arguments: ["/token?password=secret", "/token?scope=%zz", "/token?service=%", "/token?api_key=secret"])
    func tokenTargets(_ target: String) async throws {
        try await Fixture.run { fixture in
            let stranger = try await fixture.server.send("GET", target, as: .nobody)
            #expect(stranger.status == 401 && stranger.code == "UNAUTHORIZED", "\(stranger.status) \(stranger.text)")
            let known = try await fixture.server.send("GET", target)
            #expect(known.status == 400 && known.code != nil && !known.text.contains("secret"), "\(known.status) \(known.text)")
        }
    }

    @Test(
        "Every method and path has the same error format",
        arguments: [
            ("POST", "/v2/"), ("DELETE", "/v2/_catalog"), ("PUT", "/v2/NAME/tags/list"), ("GET", "/v2/nothing"),
            ("OPTIONS", "/v2/NAME/tags/list"),
            ("GET", "/v2/NAME/blobs/sha256:12"), ("PUT", "/token"), ("GET", "/v2/NAME//manifests/v1"), ("GET", "/v2/NAME/manifests/v1/"),
        ])
    func methods(_ method: String, _ path: String) async throws {
        try await Fixture.run { fixture in
            let target = path.replacing("NAME", with: fixture.name())
            let stranger = try await fixture.server.send(method, target, as: .nobody)
            #expect((400..<500).contains(stranger.status) && stranger.code != nil, "\(stranger.status) \(stranger.text)")
            let known = try await fixture.server.send(method, target)
            #expect(known.status == 200 || (400..<500).contains(known.status) && known.code != nil, "\(known.status) \(known.text)")
        }
    }

    @Test("Missing credentials, wrong credentials and a missing scope have different messages", arguments: ["GET", "PUT"])
    func texts(_ method: String) async throws {
        try await Fixture.run { fixture in
            try await fixture.register("team/other", nil, nil)
            let body = method == "PUT" ? Sample.manifest : nil
            let send = { (authorization: Authorization) in try await fixture.send(method, "manifests/v2", as: authorization, body: body) }
            let missing = try await send(.nobody)
            let wrong = try await send(.field(TestServer.basic("admin:wrong")))
            let unknown = try await send(.field(TestServer.basic("nobody:\(fixture.backend.key.revealed())")))
            let forged = try await send(.field("Bearer a.b.c"))
            let scope = try await send(.field("Bearer \(try await fixture.token("pull,push", of: "team/other"))"))
            #expect([missing, wrong, unknown, forged, scope].map(\.status) == [401, 401, 401, 401, 401])
            #expect([missing, wrong, scope].allSatisfy { $0.code == "UNAUTHORIZED" || $0.code == "DENIED" })
            #expect(Set([missing, wrong, scope].map(\.message)).count == 3, "\([missing, wrong, scope].map(\.message))")
            #expect(!missing.message.contains("wrong") && wrong.message == unknown.message)
            #expect(![missing.message, scope.message].contains(forged.message))
        }
    }

    @Test("The token endpoint and /v2/ distinguish missing and wrong credentials", arguments: ["/token?service=x", "/v2/"])
    func textsElsewhere(_ target: String) async throws {
        try await Fixture.run { fixture in
            let missing = try await fixture.server.send("GET", target, as: .nobody)
            let wrong = try await fixture.server.send("GET", target, as: .field(TestServer.basic("admin:wrong")))
            #expect(missing.status == 401 && wrong.status == 401 && missing.message != wrong.message, "\(missing.message)")
            #expect(!missing.message.contains("wrong") && !missing.message.isEmpty)
        }
    }

    private static let lists = [
        #"{"name":"team/image","tags":["a","b"]}"#, #"{"tags":["a","b"],"name":"team/image"}"#, #"{"tags":["a","b"]}"#,
        #" { "name" : "other" , "tags" : [ "a", "b" ], "child": [] } "#, #"{"name":null,"tags":["a","b"]}"#,
    ]

    @Test("A list of tags contains the repository name of the request's path", arguments: lists, [true, false])
    func listName(_ body: String, _ isMirror: Bool) async throws {
        try await Fixture.run { fixture in
            fixture.registry.set(.json(200, body), for: "GET", "/v2/team/image/tags/list")
            let target = isMirror ? "/v2/team/image/tags/list?ns=\(fixture.registry.authority)" : "/v2/\(fixture.name())/tags/list"
            let response = try await fixture.server.send("GET", target)
            #expect(response.status == 200 && response.member("name") == (isMirror ? Fixture.image : fixture.name()), "\(response.text)")
            let document = try JSONSerialization.jsonObject(with: Data(response.body)) as? [String: Any]
            #expect(document?["tags"] as? [String] == ["a", "b"])
        }
    }

    private static let warnings: HTTPHeaders = ["Warning": #"299 - "a, deprecated""#, "warning": #"299 - "b""#]

    @Test(
        "Warning fields are forwarded",
        arguments: [
            ("GET", "manifests/v1"), ("GET", "manifests/\(Sample.manifestDigest)"), ("HEAD", "manifests/v1"), ("GET", "tags/list"),
            ("GET", "blobs/\(Sample.blobDigest)"), ("HEAD", "blobs/\(Sample.blobDigest)"), ("PUT", "manifests/v1"),
            ("POST", "blobs/uploads/"),
        ])
    func warningFields(_ method: String, _ resource: String) async throws {
        try await RegistryScene.run(.basic) { scene in
            var headers = Self.warnings
            headers.add(name: "Location", value: "/v2/team/image/blobs/uploads/1")
            let reply: RegistryReply =
                switch resource {
                case "tags/list": .json(200, #"{"name":"team/image","tags":[]}"#, headers: Self.warnings)
                case _ where resource.hasPrefix("blobs/sha256"): .answer(status: 200, headers: Self.warnings, body: Sample.blob)
                case _ where ["PUT", "POST"].contains(method): .answer(status: method == "PUT" ? 201 : 202, headers: headers)
                default: Sample.manifestReply(Sample.manifest, named: Sample.manifestDigest, Self.warnings)
                }
            for each in ["GET", "HEAD", method] { scene.respond(each, "/v2/team/image/\(resource)") { _ in reply } }
            let response = try await scene.fixture.send(method, resource, body: method == "PUT" ? Sample.manifest : nil)
            let texts = response.fields.filter { $0.name.lowercased() == "warning" }.map(\.value).joined(separator: ", ")
            #expect(texts == #"299 - "a, deprecated", 299 - "b""#, "\(response.status) \(response.fields)")
        }
    }

    @Test("Warning fields of errors are forwarded", arguments: [400, 403, 404, 429])
    func warningsOfErrors(_ status: Int) async throws {
        try await Fixture.run { fixture in
            fixture.registry.set(.error(status, "DENIED", "no", headers: Self.warnings), for: "GET", "/v2/team/image/tags/list")
            let response = try await fixture.send("GET", "tags/list")
            #expect(response.status == status)
            #expect(response.fields.count { $0.name.lowercased() == "warning" } >= 1, "\(response.fields)")
        }
    }

    @Test(
        "A 416 to an upload contains its location and range, and the upload continues there",
        arguments: ["0-9", "0-0", "0-1048575"])
    func range(_ range: String) async throws {
        try await RegistryScene.run(.basic) { scene in
            let uploads = "/v2/team/image/blobs/uploads/"
            scene.respond("PATCH", "\(uploads)1") { _ in
                .error(416, "RANGE_INVALID", "no", headers: ["Location": "\(uploads)2?_state=t", "Range": range])
            }
            let begun = try #require(try await scene.fixture.send("POST", "blobs/uploads/")["Location"])
            let server = scene.fixture.server
            let fields = [(name: "Content-Range", value: "100-137")]
            let refused = try await server.send(server.request("PATCH", begun, fields, body: Sample.blob))
            #expect(refused.status == 416 && refused.code == "RANGE_INVALID" && refused["Range"] == range, "\(refused.fields)")
            let location = try #require(refused["Location"])
            #expect(location.hasPrefix("/v2/\(scene.fixture.name())/blobs/uploads/"))
            #expect(try await server.send(server.request("PATCH", location, body: Sample.blob)).status == 202)
            #expect(scene.fixture.requestLines.last == "PATCH \(uploads)2?_state=t")
        }
    }
}
