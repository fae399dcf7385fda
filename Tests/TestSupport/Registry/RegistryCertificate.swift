package import NIOSSL

/// A certificate and its key, created by `openssl` for one test.
package struct RegistryCertificate: Sendable {
    /// PEM files.
    package let certificatePath: String
    package let keyPath: String
    /// The certificate of the authority that signed it; its own if it is self-signed.
    package let authorityPath: String

    package static var isPossible: Bool { ProgramPath.find("openssl") != nil }

    /// A self-signed certificate.
    /// - Parameter names: `IP:127.0.0.1`, `DNS:localhost`
    package static func selfSigned(names: [String] = ["IP:127.0.0.1"], in folder: TemporaryDirectory) async throws -> Self {
        let certificate = folder.path(of: "self.pem")
        let key = folder.path(of: "self.key")
        try await openssl(
            ["req", "-x509", "-days", "2", "-subj", "/CN=Test registry", "-addext", "subjectAltName=\(names.joined(separator: ","))"]
                + newKey(key) + ["-out", certificate], in: folder)
        return Self(certificatePath: certificate, keyPath: key, authorityPath: certificate)
    }

    /// A certificate that is signed by its own authority.
    /// - Parameter days: how long it is valid; -1 for one that has expired.
    package static func signed(
        names: [String] = ["IP:127.0.0.1"], days: Int = 2, in folder: TemporaryDirectory
    ) async throws -> Self {
        let (authority, authorityKey) = (folder.path(of: "authority.pem"), folder.path(of: "authority.key"))
        let (certificate, key, request) = (folder.path(of: "signed.pem"), folder.path(of: "signed.key"), folder.path(of: "signed.csr"))
        let extensions = try folder.write("subjectAltName=\(names.joined(separator: ","))\n", to: "signed.ext")
        try await openssl(
            ["req", "-x509", "-days", "2", "-subj", "/CN=Test authority", "-addext", "keyUsage=critical,keyCertSign"]
                + newKey(authorityKey) + ["-out", authority], in: folder)
        try await openssl(["req", "-new", "-subj", "/CN=Test registry"] + newKey(key) + ["-out", request], in: folder)
        try await openssl(
            [
                "x509", "-req", "-in", request, "-CA", authority, "-CAkey", authorityKey, "-set_serial", "1", "-days", "\(days)",
                "-extfile", extensions, "-out", certificate,
            ], in: folder)
        return Self(certificatePath: certificate, keyPath: key, authorityPath: authority)
    }

    package func serverContext(newest: TLSVersion = .tlsv13) throws -> NIOSSLContext {
        let chain = try NIOSSLCertificate.fromPEMFile(certificatePath).map { NIOSSLCertificateSource.certificate($0) }
        let key = try NIOSSLPrivateKey(file: keyPath, format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv1
        configuration.maximumTLSVersion = newest
        return try NIOSSLContext(configuration: configuration)
    }

    /// The TLS context of a client that trusts this certificate only.
    package func clientContext() throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(authorityPath))
        return try NIOSSLContext(configuration: configuration)
    }

    private static func newKey(_ path: String) -> [String] {
        ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", path]
    }

    private static func openssl(_ arguments: [String], in folder: TemporaryDirectory) async throws {
        _ = try await run("openssl", arguments, environment: ["HOME": folder.path]).succeeded()
    }
}

/// Certificates as text, for tests that only parse them.
package enum SamplePEM {
    /// An authority that has signed no other certificate.
    package static let authority = """
        -----BEGIN CERTIFICATE-----
        MIIBijCCAS+gAwIBAgIUFmwI+D6KGvFec4YjkGcFnI0D8JQwCgYIKoZIzj0EAwIw
        GTEXMBUGA1UEAwwOVGVzdCBhdXRob3JpdHkwIBcNMjYxMTI0MDcwMzAxWhgPMjEy
        NjEwMzEwNzAzMDFaMBkxFzAVBgNVBAMMDlRlc3QgYXV0aG9yaXR5MFkwEwYHKoZI
        zj0CAQYIKoZIzj0DAQcDQgAExZuBG98L6EV4pqk6648AKXNCSu902dwKjU3MPVw5
        b8ScYKGZFhe86oXJUKu1ilOylYonhQvvJ0z82AjokdMoyaNTMFEwHQYDVR0OBBYE
        FEoTgCVXQnNNpGfdlO+HHQGp5heAMB8GA1UdIwQYMBaAFEoTgCVXQnNNpGfdlO+H
        HQGp5heAMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhAL0N1X/K
        w76mJzbXQFQ8mK1R5kuhyj0AiBPXgsydyrx7AiEA44jym9XcyKGsNhcjUYhK5fKq
        8ZQEI9JvhOLgNn0ir9c=
        -----END CERTIFICATE-----

        """
}
