import Domain
import RegistryClient
import TestSupport
import Testing

@Suite("Whether a registry speaks TLS", .serialized)
struct TLSTests {
    @Test("A plain registry on this machine is found to be plain", arguments: ["127.0.0.1", "localhost"])
    func plain(_ host: String) async throws {
        try await FaultyRegistry.run(.basic) { registry in
            let outcome = try await Question(isSSL: nil).ask("\(host):\(registry.port)")
            #expect(outcome == VerificationOutcome(verdict: .accepted(note: nil), granted: Grants(pull: .yes), isSSL: false))
            let first = try #require(registry.openings.first)
            #expect(first == Opening.tls, "TLS is tried first")
        }
    }

    @Test("A registry that is known to be plain is not asked for TLS")
    func knownPlain() async throws {
        try await FaultyRegistry.run(.basic) { registry in
            let outcome = try await Question(isSSL: false).ask(registry)
            #expect(outcome.kind == "accepted")
            #expect(!registry.openings.contains(Opening.tls))
        }
    }

    @Test("Once TLS, never plain again")
    func knownTLS() async throws {
        try await FaultyRegistry.run(.basic) { registry in
            let outcome = try await Question(isSSL: true).ask(registry)
            let reason = "\(registry.authority): it does not speak TLS"
            #expect(outcome == VerificationOutcome(verdict: .silent(reason: reason), isSSL: true, isReached: false))
            #expect(registry.openings.allSatisfy { $0 == Opening.tls })
            #expect(registry.requests.isEmpty)
        }
    }

    @Test(
        "A TLS registry that is said to be plain gets no credential",
        .enabled(if: RegistryCertificate.isPossible, "openssl is not installed"))
    func saidToBePlain() async throws {
        try await withCertificate {
            try await .signed(in: $0)
        } body: { certificate in
            try await FaultyRegistry.run(.basic, speaking: .https(certificate)) { registry in
                let outcome = try await Question(isSSL: false).ask(registry)
                #expect(outcome.kind == "silent")
                #expect(registry.requests.isEmpty)
            }
        }
    }

    @Test("A hang-up in the handshake is not answered with the credential in plain text", arguments: [true, nil])
    func hangUp(_ isSSL: Bool?) async throws {
        try await FaultyRegistry.run(.basic, speaking: .hangUp) { registry in
            let outcome = try await Question(isSSL: isSSL).ask(registry)
            #expect(outcome.kind == "silent")
            #expect(!outcome.isReached && outcome.isSSL != false)
            #expect(registry.authorizations.isEmpty)
        }
    }

    @Test("A certificate that is trusted is accepted", .enabled(if: RegistryCertificate.isPossible, "openssl is not installed"))
    func trusted() async throws {
        try await withCertificate {
            try await .signed(in: $0)
        } body: { certificate in
            try await FaultyRegistry.run(.basic, speaking: .https(certificate)) { registry in
                let question = Question(depth: .push, isSSL: nil, authorityPath: certificate.authorityPath)
                let outcome = try await question.ask(registry)
                #expect(
                    outcome == VerificationOutcome(verdict: .accepted(note: nil), granted: Grants(pull: .yes, push: .yes), isSSL: true))
                #expect(registry.openings.allSatisfy { $0 == Opening.tls })
            }
        }
    }

    @Test("TLS before 1.2 is not spoken", .enabled(if: RegistryCertificate.isPossible, "openssl is not installed"))
    func old() async throws {
        try await withCertificate {
            try await .signed(in: $0)
        } body: { certificate in
            try await FaultyRegistry.run(.basic, speaking: .oldTLS(certificate)) { registry in
                let outcome = try await Question(isSSL: nil, authorityPath: certificate.authorityPath).ask(registry)
                #expect(outcome.kind == "silent")
                #expect(outcome.text.hasPrefix("\(registry.authority): TLS failed: no common version"), "\(outcome)")
                #expect(outcome.isSSL == true && !outcome.isReached)
                #expect(registry.requests.isEmpty)
                #expect(registry.openings.allSatisfy { $0 == Opening.tls })
            }
        }
    }

    @Test(
        "A certificate that cannot be trusted ends the verification, and nothing is sent in plain text",
        .enabled(if: RegistryCertificate.isPossible, "openssl is not installed"), arguments: CertificateRow.all, [nil, true])
    func untrusted(_ row: CertificateRow, _ isSSL: Bool?) async throws {
        try await withCertificate(row.make) { certificate in
            try await FaultyRegistry.run(.basic, speaking: .https(certificate)) { registry in
                let question = Question(isSSL: isSSL, authorityPath: row.isAuthorityTrusted ? certificate.authorityPath : nil)
                let outcome = try await question.ask(registry)
                #expect(outcome.kind == "silent", "\(outcome)")
                #expect(outcome.text == "\(registry.authority): TLS failed: \(row.reason)")
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
    let make: @Sendable (TemporaryDirectory) async throws -> RegistryCertificate

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
        CertificateRow(testDescription: "for another host", isAuthorityTrusted: true, reason: "the certificate is not for this host") {
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
