import FakeCloud
import FoundationEssentials
import Testing

@Suite struct TrustTests {
    private static let host = "registry.local:5000"

    private func run(_ arguments: [String]) async throws -> (bodies: [String], lines: [String], shell: Shell) {
        try await FakeCloud.run { _ in
            .response(status: 202, body: Body.registry())
        } _: { cloud in
            let shell = await Shell.run(["registry", "trust"] + arguments, at: cloud)
            return (cloud.requests.map(\.body), cloud.lines, shell)
        }
    }

    @Test(
        "'registry trust' sends its options to the server and prints the registry's name",
        arguments: [
            ([], #"{"is_trusted":true}"#), (["--plain-http"], #"{"is_trusted":true,"plain_http":true}"#),
            (["--realm", "https://a.example/t"], #"{"is_trusted":true,"realm":"https://a.example/t"}"#),
            (["--untrust"], #"{"ca_certificate":"","is_trusted":false,"plain_http":false,"realm":""}"#),
        ])
    func allowed(options: [String], body: String) async throws {
        for arguments in [options + [Self.host], [Self.host] + options] {
            let (bodies, lines, shell) = try await run(arguments)
            #expect(lines == ["PATCH /api/repo/v1/registry/registry.local:5000/"])
            #expect(bodies == [body])
            #expect(shell.status == 0)
            #expect(shell.output == [Self.host])
            #expect(shell.errors.isEmpty)
        }
    }

    @Test("--blob-host adds a host to the registry's blob hosts and does not change the trust in the registry")
    func blobHost() async throws {
        try await FakeCloud.run { request in
            let body = Body.registry()
            return .response(status: request.method == "GET" ? 200 : 202, body: body.dropLast() + #","blob_hosts":["a.example"]}"#)
        } _: { cloud in
            let shell = await Shell.run(["registry", "trust", Self.host, "--blob-host", "minio.local:9000"], at: cloud)
            #expect(shell.status == 0 && shell.output == [Self.host])
            #expect(cloud.requests.map(\.body) == ["", #"{"blob_hosts":["a.example","minio.local:9000"]}"#])
        }
    }

    @Test(
        "A certificate file is sent byte for byte",
        arguments: ["-----BEGIN CERTIFICATE-----\nMII/+=\n-----END CERTIFICATE-----\n", "a\r\nb\r\n\r\n", " e\u{301}\u{e9} \"\\", "x"])
    func certificates(text: String) async throws {
        try await Self.withFile(Array(text.utf8)) { path in
            let (bodies, _, shell) = try await run(["--ca", path, Self.host])
            #expect(shell.status == 0)
            let sent = try JSONDecoder().decode(Sent.self, from: Data(try #require(bodies.first).utf8))
            #expect(Array(sent.ca_certificate.utf8) == Array(text.utf8))
            #expect(sent.is_trusted)
        }
    }

    @Test("A certificate file with a private key is an error, and nothing is sent", arguments: ["", "RSA ", "ENCRYPTED "])
    func privateKey(kind: String) async throws {
        let text = "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n-----BEGIN \(kind)PRIVATE KEY-----\nMC4C\n"
        try await Self.withFile(Array(text.utf8)) { path in
            let (bodies, _, shell) = try await run(["--ca", path, Self.host])
            #expect(bodies.isEmpty && shell.status != 0 && shell.errors.joined().contains("private key"))
        }
    }

    private struct Sent: Decodable {
        let ca_certificate: String
        let is_trusted: Bool
    }

    @Test(
        "An unreadable or non-UTF-8 certificate file is an error, and nothing is sent", arguments: [nil, [0xFF, 0xFE, 0x00]] as [[UInt8]?])
    func unreadable(bytes: [UInt8]?) async throws {
        try await Self.withFile(bytes) { path in
            let (bodies, _, shell) = try await run(["--ca", path, Self.host])
            #expect(bodies.isEmpty)
            #expect(shell.status == 3)
            #expect(shell.output.isEmpty)
            #expect(shell.errors == ["The file \(path) cannot be read. Nothing was sent. Check its name and its permissions."])
        }
    }

    @Test("An empty certificate file is an error: sending it would remove the stored certificates")
    func empty() async throws {
        try await Self.withFile([]) { path in
            let (bodies, _, shell) = try await run(["--ca", path, Self.host])
            #expect(bodies.isEmpty)
            #expect(shell.status == 3)
            #expect(shell.errors.first?.contains(path) == true)
        }
    }

    @Test(
        "Contradictory options of 'registry trust' are a usage error, and nothing is sent",
        arguments: [
            ["--untrust", "--ca", "/dev/null"], ["--untrust", "--realm", "https://a.example/"], ["--untrust", "--plain-http"],
            ["--untrust", "--blob-host", "a.example"], ["--ca"],
            ["--nonsense"], ["another.example"],
        ])
    func usage(options: [String]) async throws {
        let (bodies, _, shell) = try await run([Self.host] + options)
        #expect(bodies.isEmpty)
        #expect(shell.status == 64)
        #expect(shell.output.isEmpty)
    }

    @Test("'registry trust' fails if the server refuses it or the host is invalid")
    func refused() async throws {
        try await FakeCloud.run { _ in
            .failure(403, "Only a server administrator may do this: ask one to do it")
        } _: { cloud in
            let shell = await Shell.run(["registry", "trust", Self.host], at: cloud)
            #expect(shell.status == 3)
            #expect(shell.output.isEmpty)
            #expect(shell.errors == ["\(Self.host): Only a server administrator may do this: ask one to do it (403)"])
            #expect(await Shell.run(["registry", "trust", "https://a.example"], at: cloud).status == 3)
            #expect(cloud.requests.count == 1)
        }
    }

    private static func withFile(_ bytes: [UInt8]?, _ body: (String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.path + "/docker-cloud-\(UUID().uuidString).pem"
        defer { try? FileManager.default.removeItem(atPath: path) }
        if let bytes { try Data(bytes).write(to: URL(filePath: path)) }
        try await body(path)
    }
}
