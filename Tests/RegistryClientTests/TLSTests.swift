import Domain
import RegistryClient
import TestSupport
import Testing

@Suite("TLS detection", .serialized)
struct TLSTests {
    @Test("A plain HTTP registry on this machine is detected", arguments: ["127.0.0.1", "localhost"])
    func plain(_ host: String) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            let outcome = try await TestVerification(isSSL: nil).run("\(host):\(registry.port)")
            #expect(outcome == VerificationOutcome(verdict: .accepted(note: nil), granted: Grants(pull: .yes), isSSL: false))
            let first = try #require(registry.openings.first)
            #expect(first == Opening.tls, "TLS is tried first")
        }
    }

    @Test("A registry known to use plain HTTP receives no TLS handshake")
    func knownPlain() async throws {
        try await FaultyRegistry.run(.basic) { registry in
            let outcome = try await TestVerification(isSSL: false).run(registry)
            #expect(outcome.kind == "accepted")
            #expect(!registry.openings.contains(Opening.tls))
        }
    }

    @Test("A registry that has used TLS is never contacted with plain HTTP")
    func knownTLS() async throws {
        try await FaultyRegistry.run(.basic) { registry in
            let outcome = try await TestVerification(isSSL: true).run(registry)
            let command = "docker-cloud registry trust \(registry.authority) --plain-http"
            let reason = ErrorText(
                "\(registry.authority) does not support TLS", advice: "A server administrator can allow plain http with '\(command)'")
            #expect(outcome == VerificationOutcome(verdict: .inconclusive(reason: reason), isSSL: true, isReached: false))
            #expect(registry.openings.allSatisfy { $0 == Opening.tls })
            #expect(registry.requests.isEmpty)
        }
    }

    @Test(
        "A TLS registry configured as plain HTTP receives no credential",
        .enabled(if: RegistryCertificate.isPossible, "openssl is not installed"))
    func saidToBePlain() async throws {
        try await withCertificate {
            try await .signed(in: $0)
        } body: { certificate in
            try await FaultyRegistry.run(.basic, speaking: .https(certificate)) { registry in
                let outcome = try await TestVerification(isSSL: false).run(registry)
                #expect(outcome.kind == "inconclusive")
                #expect(registry.requests.isEmpty)
            }
        }
    }

    @Test("The credential is not sent in plain text after a connection closes during the handshake", arguments: [true, nil])
    func hangUp(_ isSSL: Bool?) async throws {
        try await FaultyRegistry.run(.basic, speaking: .hangUp) { registry in
            let outcome = try await TestVerification(isSSL: isSSL).run(registry)
            #expect(outcome.kind == "inconclusive")
            #expect(!outcome.isReached && outcome.isSSL != false)
            #expect(registry.authorizations.isEmpty)
        }
    }

    @Test("A trusted certificate is accepted", .enabled(if: RegistryCertificate.isPossible, "openssl is not installed"))
    func trusted() async throws {
        try await withCertificate {
            try await .signed(in: $0)
        } body: { certificate in
            try await FaultyRegistry.run(.basic, speaking: .https(certificate)) { registry in
                let verification = TestVerification(depth: .push, isSSL: nil, authorityPath: certificate.authorityPath)
                let outcome = try await verification.run(registry)
                #expect(
                    outcome == VerificationOutcome(verdict: .accepted(note: nil), granted: Grants(pull: .yes, push: .yes), isSSL: true))
                #expect(registry.openings.allSatisfy { $0 == Opening.tls })
            }
        }
    }

    @Test("TLS versions before 1.2 are refused", .enabled(if: RegistryCertificate.isPossible, "openssl is not installed"))
    func old() async throws {
        try await withCertificate {
            try await .signed(in: $0)
        } body: { certificate in
            try await FaultyRegistry.run(.basic, speaking: .oldTLS(certificate)) { registry in
                let outcome = try await TestVerification(isSSL: nil, authorityPath: certificate.authorityPath).run(registry)
                #expect(outcome.kind == "inconclusive")
                #expect(outcome.text.hasPrefix("The TLS connection to \(registry.authority) failed: no common version"), "\(outcome)")
                #expect(outcome.isSSL == true && !outcome.isReached)
                #expect(registry.requests.isEmpty)
                #expect(registry.openings.allSatisfy { $0 == Opening.tls })
            }
        }
    }

    @Test(
        "An untrusted certificate ends the verification, and nothing is sent in plain text",
        .enabled(if: RegistryCertificate.isPossible, "openssl is not installed"), arguments: CertificateRow.all, [nil, true])
    func untrusted(_ row: CertificateRow, _ isSSL: Bool?) async throws {
        try await withCertificate(row.make) { certificate in
            try await FaultyRegistry.run(.basic, speaking: .https(certificate)) { registry in
                let verification = TestVerification(isSSL: isSSL, authorityPath: row.isAuthorityTrusted ? certificate.authorityPath : nil)
                let outcome = try await verification.run(registry)
                #expect(outcome.kind == "inconclusive", "\(outcome)")
                #expect(outcome.text == row.text(registry.authority))
                #expect(outcome.isSSL == true && !outcome.isReached)
                #expect(registry.requests.isEmpty)
                #expect(registry.openings.allSatisfy { $0 == Opening.tls })
            }
        }
    }
}

/// The first byte of a connection.
enum Opening {
    /// A handshake record (https://www.rfc-editor.org/rfc/rfc8446#section-5.1).
    static let tls: UInt8 = 22
}

struct CertificateRow: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let isAuthorityTrusted: Bool
    let reason: String
    /// Whether the text names the command that trusts a certificate authority.
    var isAdvised = true
    let make: @Sendable (TemporaryDirectory) async throws -> RegistryCertificate

    func text(_ registry: String) -> String {
        let failure = "The TLS connection to \(registry) failed: \(reason)"
        let command = "docker-cloud registry trust \(registry) --ca FILE"
        return isAdvised ? "\(failure). A server administrator can trust its certificate authority with '\(command)'." : failure
    }

    static let all = [
        CertificateRow(testDescription: "self-signed", isAuthorityTrusted: false, reason: "the certificate is not trusted") {
            try await .selfSigned(in: $0)
        },
        CertificateRow(testDescription: "of an unknown authority", isAuthorityTrusted: false, reason: "the certificate is not trusted") {
            try await .signed(in: $0)
        },
        CertificateRow(testDescription: "expired", isAuthorityTrusted: true, reason: "the certificate is not trusted") {
            try await .signed(days: -1, in: $0)
        },
        CertificateRow(
            testDescription: "for another host", isAuthorityTrusted: true, reason: "the certificate is not for this host",
            isAdvised: false
        ) {
            try await .signed(names: ["IP:127.0.0.2", "DNS:localhost"], in: $0)
        },
    ]
}

func withCertificate(
    _ make: (TemporaryDirectory) async throws -> RegistryCertificate, body: (RegistryCertificate) async throws -> Void
) async throws {
    try await TemporaryDirectory.with { folder in
        try await body(try await make(folder))
    }
}
