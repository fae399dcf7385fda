import Foundation
import TestSupport
import Testing

@Suite(
    "The reverse proxies of docs/operating.md", .serialized,
    .enabled(
        if: DockerRegistry.isInstalled && RegistryCertificate.isPossible && ProgramPath.find("curl") != nil,
        "docker-registry, htpasswd, skopeo, openssl or curl is not installed"))
struct ReverseProxyTests {
    private static let isEachInstalled = ReverseProxy.allCases.allSatisfy(\.isInstalled)
    private static let missing: Comment = "nginx, caddy or haproxy is not installed"

    @Test(
        "A client logs in, pushes 100 MB and pulls them through the proxy, with TLS", .timeLimit(.minutes(5)),
        .enabled(if: isEachInstalled, missing), arguments: ReverseProxy.allCases)
    func copies(_ proxy: ReverseProxy) async throws {
        try await ProxiedServer.run(behind: proxy) { scene in
            let size = 100_000_000
            let random = try #require(try FileHandle(forReadingFrom: URL(filePath: "/dev/urandom")).read(upToCount: size))
            let layout = try RegistryImage(content: Array(random)).write(to: scene.folder, as: "large", tag: "v1")
            try await scene.logIn()
            try await scene.skopeo(
                "copy", "--quiet", "--preserve-digests", "--dest-cert-dir", scene.authorities, "oci:\(layout):v1",
                "docker://\(scene.image):v1")
            #expect(scene.registry.hasTag("v1", in: ProxiedServer.path))
            let back = scene.folder.path(of: "back")
            try await scene.skopeo(
                "copy", "--quiet", "--preserve-digests", "--src-cert-dir", scene.authorities, "docker://\(scene.image):v1", "oci:\(back):v1"
            )
            let files = FileManager.default
            // skopeo verifies the digests of the content that it writes.
            #expect(
                try files.contentsOfDirectory(atPath: "\(back)/blobs/sha256").sorted()
                    == files.contentsOfDirectory(atPath: "\(layout)/blobs/sha256").sorted())
            #expect(!scene.server.log.contains("ignored X-Forwarded fields"))
        }
    }

    @Test(
        "The server receives an upload while the client still sends it, and knows the client's address", .timeLimit(.minutes(2)),
        .enabled(if: isEachInstalled, missing), arguments: ReverseProxy.allCases)
    func streams(_ proxy: ReverseProxy) async throws {
        try await ProxiedServer.run(behind: proxy) { scene in
            let started = try await scene.curl(["--request", "POST", "\(scene.url)/v2/\(scene.name)/blobs/uploads/"])
            #expect(started.contains("HTTP/1.1 202") && scene.server.log.contains(" client=127.0.0.2 "), "\(started)")
            let location = try #require(started.firstMatch(of: /(?i)\slocation: (\S+)/)).1
            let url = location.hasPrefix("/") ? scene.url + location : String(location)
            #expect(url.hasPrefix("\(scene.url)/v2/"), "\(url)")
            let size = 2 << 20
            let file = try scene.folder.write([UInt8](repeating: 7, count: size), to: "chunk")
            let client = try scene.startCurl(
                [
                    "--request", "PATCH", "--limit-rate", "512k", "--data-binary", "@\(file)", "--header",
                    "Content-Type: application/octet-stream", url,
                ])
            var received = 0
            while client.isRunning, received == 0 || received == size {
                try await Task.sleep(for: .milliseconds(50))
                received = try await scene.pushedBytes()
            }
            #expect(received > 0 && received < size)
            #expect(try await client.status(within: .seconds(60)) == 0)
            #expect(client.stdout.contains("HTTP/1.1 202"), "\(client.stdout)\(client.stderr)")
            #expect(try await scene.pushedBytes() == size)
        }
    }

    @Test(
        "A client that is not a trusted proxy is refused, and its X-Forwarded fields are a warning", .enabled(if: isEachInstalled, missing))
    func untrusted() async throws {
        try await ProxiedServer.run(behind: .nginx) { scene in
            // The configuration trusts 127.0.0.1 only.
            let direct = try await scene.curl(["--header", "X-Forwarded-For: 192.0.2.1", "\(scene.server.url)/v2/"])
            #expect(direct.contains("HTTP/1.1 403"), "\(direct)")
            #expect(scene.server.log.split(separator: "\n").filter { $0.contains("ignored X-Forwarded fields") }.count == 1)
            #expect(scene.server.log.contains("peer=127.0.0.2"))
        }
    }
}

/// A registry, a server with the settings of docs/operating.md, and a reverse proxy.
private struct ProxiedServer: Sendable {
    let server: LightermanProcess
    let registry: DockerRegistry
    let folder: TemporaryDirectory
    /// The folder with the authority of the proxy's certificate.
    let authorities: String
    private let port: Int

    static let path = "team/image"
    private static let password = "sesame"

    var url: String { "https://127.0.0.1:\(port)" }
    /// The name of the repository at the gateway.
    var name: String { "127.0.0.1_\(registry.port)/\(Self.path)" }
    var image: String { "127.0.0.1:\(port)/\(name)" }

    static func run(behind proxy: ReverseProxy, _ body: (ProxiedServer) async throws -> Void) async throws {
        try await TemporaryDirectory.with { folder in
            let port = try LoopbackPort.free()
            let certificate = try await RegistryCertificate.signed(in: folder)
            let settings = try DocumentedBlock.text(under: "Reverse proxies", in: "json")
                .replacing("https://lighterman.example", with: "https://127.0.0.1:\(port)").replacing("127.0.0.1:8080", with: "127.0.0.1:0")
            let arguments = ["--config", try folder.write(settings, to: "lighterman.json"), "--metrics", "127.0.0.1:0"]
            try folder.write(String(contentsOfFile: certificate.authorityPath, encoding: .utf8), to: "authorities/ca.crt")
            try await DockerRegistry.run(users: ["carol": password]) { registry in
                try await LightermanProcess.with(in: folder, arguments) { server in
                    let upstream = try #require(server.url.split(separator: ":").last.flatMap { Int($0) })
                    try await proxy.run(on: port, before: upstream, with: certificate) {
                        let scene = ProxiedServer(
                            server: server, registry: registry, folder: folder, authorities: folder.path(of: "authorities"), port: port)
                        let document = #"{"name": "\#(registry.authority)/\#(path)", "username": "carol", "password": "\#(password)"}"#
                        let registered = try await APIClient(server).call("POST", "/api/repo/v1/repository/", document)
                        try #require(registered.status == 201, "\(registered.text)")
                        try await body(scene)
                    }
                }
            }
        }
    }

    private func login() throws -> (account: String, key: String) {
        let variables = try server.administratorEnvironment()
        return (variables["DOCKERCLOUD_USER"] ?? "", variables["DOCKERCLOUD_APIKEY"] ?? "")
    }

    func logIn() async throws {
        let (account, key) = try login()
        try await skopeo("login", "--cert-dir", authorities, "--username", account, "--password-stdin", "127.0.0.1:\(port)", input: key)
    }

    func skopeo(_ arguments: String..., input: String = "") async throws {
        let environment = ["HOME": folder.path, "TMPDIR": folder.path, "REGISTRY_AUTH_FILE": folder.path(of: "auth.json")]
        _ = try await TestSupport.run(
            "skopeo", ["--insecure-policy"] + arguments, environment: environment, input: input, timeout: .seconds(120)
        ).succeeded()
    }

    /// The heads and bodies of the responses to a client with the address 127.0.0.2.
    func curl(_ arguments: [String]) async throws -> String {
        let process = try startCurl(arguments)
        let status = try await process.status(within: .seconds(30))
        try #require(status == 0, "\(process.stderr)")
        return process.stdout
    }

    func startCurl(_ arguments: [String]) throws -> ChildProcess {
        let (account, key) = try login()
        let options = [
            "--silent", "--show-error", "--include", "--http1.1", "--interface", "127.0.0.2", "--cacert", "\(authorities)/ca.crt",
            "--config", "-",
        ]
        return try ChildProcess("curl", options + arguments, environment: ["HOME": folder.path], input: "user = \"\(account):\(key)\"\n")
    }

    /// The bytes of pushes that the server has received.
    func pushedBytes() async throws -> Int {
        let address = try #require(server.log.firstMatch(of: /metrics are served without authentication url="?(http:[^ "\n]+)/)).1
        let metrics = try await TestSupport.run("curl", ["--silent", "--fail", String(address)]).succeeded()
        let value = try #require(metrics.firstMatch(of: /lighterman_gateway_bytes_total\{direction="push"\} (\d+)/)).1
        return try #require(Int(value))
    }
}
