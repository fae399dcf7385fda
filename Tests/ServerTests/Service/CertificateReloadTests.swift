import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL
import TestSupport
import Testing

@Suite("Certificates of a running server", .enabled(if: RegistryCertificate.isPossible, "openssl is not installed"))
struct CertificateReloadTests {
    @Test("A new certificate is used after SIGHUP, and when its files change; other pairs are reported once and change nothing")
    func reload() async throws {
        let (folder, first, second) = (try TemporaryDirectory(), try TemporaryDirectory(), try TemporaryDirectory())
        let (old, new) = (
            try await RegistryCertificate.selfSigned(in: first), try await RegistryCertificate.selfSigned(in: second)
        )
        let (certificate, key) = (folder.path(of: "tls.pem"), folder.path(of: "tls.key"))
        try Self.copy(old.certificatePath, to: certificate)
        try Self.copy(old.keyPath, to: key)
        try await LightermanProcess.with(in: folder, ["--tls-certificate", certificate, "--tls-key", key]) { server in
            try await #expect(Self.trusts(server, old))
            try await #expect(!Self.trusts(server, new))
            // The new certificate with the old key.
            try Self.copy(new.certificatePath, to: certificate)
            kill(server.id, SIGHUP)
            try await Self.wait { server.log.contains("does not belong to the first certificate") }
            try await #expect(Self.trusts(server, old))
            try Self.copy(new.keyPath, to: key)
            kill(server.id, SIGHUP)
            try await Self.wait { server.log.contains("loaded the TLS certificate again") }
            try await #expect(Self.trusts(server, new))
            try await #expect(!Self.trusts(server, old))
            // Without a signal.
            try Data("no certificate".utf8).write(to: URL(filePath: certificate))
            try await Self.wait {
                server.log.contains("the previous one stays in use: the certificate '\(certificate)'")
            }
            try await #expect(Self.trusts(server, new))
            try Self.copy(old.keyPath, to: key)
            try Self.copy(old.certificatePath, to: certificate)
            try await Self.wait { server.log.split(separator: "\n").filter { $0.contains("loaded the TLS certificate again") }.count == 2 }
            try await #expect(Self.trusts(server, old))
            let failures = server.log.split(separator: "\n").filter { $0.contains("the previous one stays in use") }
            #expect(failures.count == 2, "\(failures)")
        }
    }

    @Test(
        "A start with a pair that cannot be used is refused with the reason",
        arguments: [
            ("other.key", "does not belong to the first certificate"), ("self.pem", "is not valid PEM"), ("none", "cannot be read"),
        ])
    func start(_ key: String, _ says: String) async throws {
        let (folder, other) = (try TemporaryDirectory(), try TemporaryDirectory())
        let certificate = try await RegistryCertificate.selfSigned(in: folder)
        try Self.copy(try await RegistryCertificate.selfSigned(in: other).keyPath, to: folder.path(of: "other.key"))
        let result = try await run(
            Binaries.lighterman,
            [
                "serve", "--listen", "127.0.0.1:0", "--data", folder.path(of: "data"), "--tls-certificate", certificate.certificatePath,
                "--tls-key", folder.path(of: key),
            ])
        #expect(result.status == 78 && result.stderr.contains(says), "\(result)")
        #expect(result.stderr.contains(certificate.certificatePath) && result.stderr.contains(folder.path(of: key)))
    }

    private static func copy(_ file: String, to target: String) throws {
        try Data(contentsOf: URL(filePath: file)).write(to: URL(filePath: target), options: .atomic)
    }

    private static func wait(_ condition: () -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(40)
        while !condition(), ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(20)) }
        #expect(condition())
    }

    /// Whether a client that trusts only this certificate can connect.
    private static func trusts(_ server: LightermanProcess, _ certificate: RegistryCertificate) async throws -> Bool {
        var configuration = HTTPClient.Configuration()
        configuration.tlsConfiguration = .makeClientConfiguration()
        configuration.tlsConfiguration?.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(certificate.authorityPath))
        let client = HTTPClient(configuration: configuration)
        let status = try? await client.execute(HTTPClientRequest(url: "\(server.url)/healthz"), timeout: .seconds(10)).status
        try await client.shutdown()
        return status == .ok
    }
}
