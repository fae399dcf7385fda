import Foundation
import TestSupport
import Testing

@Suite(
    "Clients of the gateway that disconnect during a blob", .serialized,
    .enabled(if: DockerRegistry.isInstalled, "docker-registry, htpasswd or skopeo is not installed"))
struct GatewayAbortTests {
    @Test("A thousand aborted downloads leak nothing, the blob is still served, and the server shuts down cleanly", .timeLimit(.minutes(6)))
    func thousand() async throws {
        try await LargeBlob.run { blob in
            try await blob.expectPull()
            let (descriptors, memory) = (try blob.server.descriptors(), try blob.server.residentBytes())
            let clients = try blob.leavingClients(1000)
            try await clients.gone()
            #expect(clients.fed == 1000)
            try await Self.wait { try blob.server.descriptors() <= descriptors + 16 }
            try await Self.wait { try blob.server.residentBytes() <= memory + 32 << 20 }
            let grown = try blob.server.residentBytes() - memory
            print("1000 clients left: \(try blob.server.descriptors() - descriptors) descriptors and \(grown >> 20) MiB more than before")
            try await blob.expectPull()
            try await blob.leavingClients(100).gone()
            #expect(try await blob.server.stop() == 0, "\(blob.server.log.suffix(2000))")
        }
    }

    @Test("The server shuts down cleanly while clients connect and disconnect", .timeLimit(.minutes(3)))
    func ends() async throws {
        try await LargeBlob.run { blob in
            let clients = try blob.leavingClients(.max)
            try await clients.fed(100)
            #expect(try await blob.server.stop() == 0, "\(blob.server.log.suffix(2000))")
            try await clients.turnAway()
        }
    }

    @Test("Blobs that clients do not read are not fetched, and do not delay other clients", .timeLimit(.minutes(2)))
    func stalled() async throws {
        try await LargeBlob.run { blob in
            try await blob.expectPull()
            let (descriptors, memory) = (try blob.server.descriptors(), try blob.server.residentBytes())
            let clients = try blob.stalledClients(20)
            try await blob.expectPull()
            let grown = try blob.server.peakResidentBytes() - memory
            print("20 clients that take nothing of \(20 * 32) MiB: \(grown >> 20) MiB")
            #expect(grown < 96 << 20)
            clients.forEach { close($0) }
            try await Self.wait { try blob.server.descriptors() <= descriptors + 16 }
            #expect(try await blob.server.stop() == 0)
        }
    }

    /// Waits for a condition. If it never holds, the following measurement shows the difference.
    private static func wait(until condition: () throws -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(30)
        while try !condition(), ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(20)) }
        #expect(try condition())
    }
}

/// A blob that takes a while to send, on a registry behind a server.
private struct LargeBlob {
    let server: LightermanProcess
    private let path: String
    private let digest: String
    private let login: String

    static func run(_ body: (LargeBlob) async throws -> Void) async throws {
        try await TemporaryDirectory.with { folder in
            let random = try #require(try FileHandle(forReadingFrom: URL(filePath: "/dev/urandom")).read(upToCount: 32 << 20))
            let image = RegistryImage(content: Array(random))
            try await DockerRegistry.run(users: ["carol": "sesame"]) { registry in
                try await registry.push("team/large", tag: "v1", as: "carol", image: image)
                let server = try await LightermanProcess(in: folder, ["--log-level", "warning"])
                do {
                    try await body(LargeBlob(server, registry))
                    try await server.killAtOnce()
                } catch {
                    try await server.killAtOnce()
                    throw error
                }
            }
        }
    }

    private init(_ server: LightermanProcess, _ registry: DockerRegistry) async throws {
        let client = try APIClient(server)
        let body = #"{"name": "\#(registry.authority)/team/large", "username": "carol", "password": "sesame"}"#
        try await #expect(client.call("POST", "/api/repo/v1/repository/", body).status == 201)
        let variables = try server.administratorEnvironment()
        login = "\(variables["DOCKERCLOUD_USER"] ?? ""):\(variables["DOCKERCLOUD_APIKEY"] ?? "")"
        let repository = "/v2/\(registry.authority.replacing(":", with: "_"))/team/large"
        let manifest = try await TestSupport.run(
            "curl",
            [
                "--silent", "--show-error", "--fail", "--user", login, "--header", "Accept: application/vnd.oci.image.manifest.v1+json",
                "\(server.url)\(repository)/manifests/v1",
            ]
        ).succeeded()
        digest = try #require(try JSONDecoder().decode(Manifest.self, from: Data(manifest.utf8)).layers.first).digest
        path = "\(repository)/blobs/\(digest)"
        self.server = server
    }

    private struct Manifest: Decodable {
        struct Layer: Decodable {
            let digest: String
        }

        let layers: [Layer]
    }

    /// Pulls the whole blob.
    func expectPull() async throws {
        let file = server.folder.path(of: "blob")
        _ = try await TestSupport.run(
            "curl", ["--silent", "--show-error", "--fail", "--user", login, "--output", file, server.url + path], timeout: .seconds(60)
        ).succeeded()
        #expect(try await TestSupport.run("sha256sum", [file]).succeeded().hasPrefix("\(digest.dropFirst("sha256:".count)) "))
    }

    func leavingClients(_ count: Int) throws -> LeavingClients {
        .come(to: try server.port(), asking: request, taking: 64 << 10, inAll: count)
    }

    /// Connections on which a response has started that the client does not read.
    func stalledClients(_ count: Int) throws -> [Int32] {
        let port = try server.port()
        return try (0..<count).map { _ in
            let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var (limit, first) = (timeval(tv_sec: 20, tv_usec: 0), UInt8(0))
            setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            try #require(LoopbackPort.connect(connection, to: port))
            try #require(request.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) } == request.count)
            try #require(recv(connection, &first, 1, 0) == 1)
            return connection
        }
    }

    private var request: [UInt8] {
        RawRequest("GET", path, [("Authorization", "Basic \(Data(login.utf8).base64EncodedString())")]).bytes
    }
}

extension LightermanProcess {
    func port() throws -> Int { try #require(URL(string: url)?.port) }
}
