import Domain
import NIOHTTP1
import Naming
import Operations
import Storage
import TestSupport
import Testing

/// https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2
@Suite("Limits: responses to HEAD without a length", .serialized)
struct HeadFramingTests {
    private static let resource = "team/image/blobs/sha256:\(String(repeating: "a", count: 64))"
    private static let blob = Array("the content of a layer".utf8)

    /// A server whose gateway forwards the responses of a registry. Its responses to HEAD have no `Content-Length`.
    private struct Scene {
        let server: TestServer
        let registry: FaultyRegistry

        static let path = "/v2/\(resource)"

        var target: String { "/v2/\(registry.authority.replacing(":", with: "_"))/\(resource)" }

        func request(_ method: String, _ fields: [(name: String, value: String)] = []) -> RawRequest {
            server.request(method, target, fields)
        }

        func register() async throws {
            let backend = server.backend
            let registry = Registry(
                authority: try RegistryAuthority(parsing: registry.authority), isSSL: false, trust: RegistryTrust(isApproved: true))
            try await backend.decoratedStore.write { try $0.configure(registry) }
            _ = try await backend.backend.registerRepository(
                RepositoryName(parsing: "\(registry.authority)/team/image"), with: CredentialInput(username: nil, password: nil), in: nil,
                verify: .no, by: backend.caller())
        }
    }

    private static func run(_ body: (Scene) async throws -> Void) async throws {
        var behavior = RegistryBehavior(repositories: ["team/image"])
        behavior.contents[Scene.path] = .answer(status: 200, headers: ["Content-Type": "application/octet-stream"], body: blob)
        try await FaultyRegistry.run(behavior) { registry in
            registry.set(.raw("HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n\r\n"), for: "HEAD", Scene.path)
            try await TestServer.run { server in
                let scene = Scene(server: server, registry: registry)
                try await scene.register()
                try await body(scene)
            }
        }
    }

    private static func expectNoFraming(_ response: RawResponse) {
        #expect(response.status == 200 && response["Content-Type"] == "application/octet-stream", "\(response.status) \(response.text)")
        let names = response.fields.map { $0.name.lowercased() }
        #expect(!names.contains("content-length") && !names.contains("transfer-encoding"), "\(names)")
    }

    /// Expects the whole blob as the next response.
    private static func expectBlob(_ response: RawResponse) {
        #expect(response.status == 200 && response.body == blob && response["Content-Length"] == "\(blob.count)", "\(response.text)")
    }

    @Test("A response to HEAD has neither Content-Length nor Transfer-Encoding, and nothing follows its head", arguments: ["1.1", "1.0"])
    func nothingFollows(_ version: String) async throws {
        try await Self.run { scene in
            let request = String(decoding: scene.request("HEAD", [("Connection", "close")]).bytes, as: UTF8.self)
            let bytes = Array(request.replacing(" HTTP/1.1\r\n", with: " HTTP/\(version)\r\n").utf8)
            let outcome = await BlockingClient(port: scene.server.port).send(bytes)
            let received = outcome.received.lowercased()
            #expect(outcome.status == 200 && outcome.answers == 1 && outcome.isClosed && !outcome.isReset, "\(outcome)")
            #expect(!received.contains("content-length") && !received.contains("transfer-encoding"), "\(received)")
            #expect(received.contains("content-type: application/octet-stream\r\n") && received.contains("connection: close\r\n"))
            #expect(received.hasSuffix("\r\n\r\n") && received.ranges(of: "\r\n\r\n").count == 1, "\(received)")
        }
    }

    @Test("After a HEAD without a length, the next response on the connection is correct")
    func sameConnection() async throws {
        try await Self.run { scene in
            let connection = try await RawConnection.open(port: scene.server.port)
            for _ in 1...3 {
                Self.expectNoFraming(try await connection.send(scene.request("HEAD")))
                Self.expectNoFraming(try await connection.send(scene.request("HEAD")))
                Self.expectBlob(try await connection.send(scene.request("GET")))
            }
            await connection.close()
        }
    }

    @Test(
        "Pipelined requests are answered in order",
        arguments: [
            ["HEAD", "GET"], ["HEAD", "HEAD", "GET"], ["GET", "HEAD", "GET"], ["GET", "GET", "HEAD"],
            (0..<30).flatMap { _ in ["HEAD", "GET", "HEAD"] },
        ])
    func pipelined(_ methods: [String]) async throws {
        try await Self.run { scene in
            let connection = try await RawConnection.open(port: scene.server.port)
            try await connection.send(methods.flatMap { scene.request($0).bytes })
            for method in methods {
                let response = try await connection.receive(toHead: method == "HEAD")
                if method == "HEAD" { Self.expectNoFraming(response) } else { Self.expectBlob(response) }
            }
            #expect(scene.registry.requests.filter { $0.path == Scene.path }.map(\.method) == methods)
            await connection.close()
        }
    }

    @Test("A response to GET without Content-Length is chunked, also after a HEAD")
    func chunked() async throws {
        try await Self.run { scene in
            scene.registry.set(.chunked(status: 200, body: Self.blob), for: "GET", Scene.path)
            let connection = try await RawConnection.open(port: scene.server.port)
            try await connection.send(["GET", "HEAD", "GET"].flatMap { scene.request($0).bytes })
            for method in ["GET", "HEAD", "GET"] {
                let response = try await connection.receive(toHead: method == "HEAD")
                guard method == "GET" else {
                    Self.expectNoFraming(response)
                    continue
                }
                #expect(response.status == 200 && response.body == Self.blob, "\(response.text)")
                #expect(response["Transfer-Encoding"] == "chunked" && response["Content-Length"] == nil, "\(response.fields)")
            }
            await connection.close()
        }
    }

    @Test("A response to HEAD keeps its Content-Length")
    func announced() async throws {
        try await Self.run { scene in
            scene.registry.set(.raw("HTTP/1.1 200 OK\r\nContent-Length: \(Self.blob.count)\r\n\r\n"), for: "HEAD", Scene.path)
            let connection = try await RawConnection.open(port: scene.server.port)
            for _ in 1...2 {
                let response = try await connection.send(scene.request("HEAD"))
                #expect(response.status == 200 && response["Content-Length"] == "\(Self.blob.count)", "\(response.fields)")
                #expect(!response.fields.contains { $0.name.lowercased() == "transfer-encoding" }, "\(response.fields)")
                Self.expectBlob(try await connection.send(scene.request("GET")))
            }
            await connection.close()
        }
    }

    @Test(
        "A response to HEAD that the server generates has a length and no body",
        arguments: [
            ("/healthz", 200), ("/v2/", 200), ("/v2/registry.example/a/manifests/v1", 404), ("/nothing", 404), ("/a%2Fb", 400),
        ])
    func own(_ target: String, _ status: Int) async throws {
        try await Self.run { scene in
            let connection = try await RawConnection.open(port: scene.server.port)
            let head = scene.server.request("HEAD", target)
            try await connection.send(scene.request("HEAD").bytes + head.bytes + scene.request("GET").bytes)
            Self.expectNoFraming(try await connection.receive(toHead: true))
            let response = try await connection.receive(toHead: true)
            #expect(response.status == status && response["Content-Length"].flatMap(Int.init) ?? 0 > 0, "\(response.fields)")
            Self.expectBlob(try await connection.receive())
            await connection.close()
        }
    }

    @Test("A HEAD that is rejected for missing credentials leaves the connection usable")
    func refused() async throws {
        try await Self.run { scene in
            let connection = try await RawConnection.open(port: scene.server.port)
            let stranger = scene.server.request("HEAD", scene.target, as: .nobody)
            try await connection.send(stranger.bytes + scene.request("HEAD").bytes + scene.request("GET").bytes)
            #expect(try await connection.receive(toHead: true).status == 401)
            Self.expectNoFraming(try await connection.receive(toHead: true))
            Self.expectBlob(try await connection.receive())
            await connection.close()
        }
    }
}
