import Domain
import FoundationEssentials
import NIOCore
import TestSupport
import Testing

@testable import RegistryClient

@Suite("Certificates of registries", .serialized, .enabled(if: RegistryCertificate.isPossible, "openssl is not installed"))
struct RegistryTLSTests {
    @Test("The certificate must be valid for the host name, although the connection goes to an address")
    func serverName() async throws {
        try await withCertificate {
            try await .signed(names: ["DNS:registry.example"], in: $0)
        } body: { certificate in
            try await FaultyRegistry.run(.open, speaking: .https(certificate)) { registry in
                let trust = try Self.trust(certificate)
                try await AsyncHTTPClientTransport.run { transport in
                    try await #expect(transport.contact("registry.example:\(registry.port)", isTLS: true, trust: trust) == .success(200))
                    for other in ["other.example", "127.0.0.1"] {
                        let refused = try await transport.contact("\(other):\(registry.port)", isTLS: true, trust: trust)
                        #expect(refused == .failure(.untrusted("the certificate is not for this host")), "\(refused)")
                    }
                }
            }
        }
    }

    @Test(
        "The certificate's DNS names must match the host",
        arguments: [
            ("registry.example", true), ("REGISTRY.example", true), ("*.example.com", false), ("*.sub.registry.example", false),
            ("example", false), ("*.example", false), ("r*.example", false), ("*", false), ("registry.example.com", false),
        ])
    func names(_ name: String, _ isTaken: Bool) async throws {
        try await expect("registry.example", by: ["DNS:\(name)", "IP:127.0.0.1"], isTaken: isTaken)
    }

    @Test(
        "A wildcard matches one whole label",
        arguments: [("a.registry.example", true), ("a.b.registry.example", false), ("registry.example", false)])
    func wildcard(_ host: String, _ isTaken: Bool) async throws {
        try await expect(host, by: ["DNS:*.registry.example", "IP:127.0.0.1"], isTaken: isTaken)
    }

    @Test("A certificate for the IP address is not valid for the host")
    func addressCertificate() async throws {
        try await expect("registry.example", by: ["IP:127.0.0.1"], isTaken: false)
        try await expect("127.0.0.1", by: ["IP:127.0.0.1"], isTaken: true)
    }

    private func expect(_ host: String, by names: [String], isTaken: Bool) async throws {
        try await withCertificate {
            try await .signed(names: names, in: $0)
        } body: { certificate in
            try await FaultyRegistry.run(.open, speaking: .https(certificate)) { registry in
                try await AsyncHTTPClientTransport.run { transport in
                    let answer = try await transport.contact("\(host):\(registry.port)", isTLS: true, trust: try Self.trust(certificate))
                    #expect(answer == (isTaken ? .success(200) : .failure(.untrusted("the certificate is not for this host"))))
                }
                #expect(registry.requests.count == (isTaken ? 1 : 0))
            }
        }
    }

    @Test("The handshake sends the host name (SNI)")
    func serverNameIndication() async throws {
        try await CountingListener.run { listener, port in
            try await AsyncHTTPClientTransport.run { transport in
                _ = try await transport.contact("registry.example:\(port)", isTLS: true, trust: .approved, within: .milliseconds(500))
            }
            #expect(String(decoding: listener.received, as: UTF8.self).contains("registry.example"))
        }
    }

    @Test("A registry's certificate authority is trusted for that registry only, also on a reused connection")
    func authorityOfOne() async throws {
        try await withCertificate {
            try await .signed(names: ["DNS:one.example", "DNS:two.example"], in: $0)
        } body: { certificate in
            try await FaultyRegistry.run(.open, speaking: .https(certificate)) { registry in
                let trust = try Self.trust(certificate)
                try await AsyncHTTPClientTransport.run { transport in
                    let (one, two) = ("one.example:\(registry.port)", "two.example:\(registry.port)")
                    try await #expect(transport.contact(one, isTLS: true, trust: trust) == .success(200))
                    for (authority, trust) in [(two, RegistryTrust.approved), (one, .approved), (one, try await Self.stranger())] {
                        let refused = try await transport.contact(authority, isTLS: true, trust: trust)
                        #expect(refused == .failure(.untrusted("the certificate is not trusted")), "\(authority): \(refused)")
                    }
                    try await #expect(transport.contact(one, isTLS: true, trust: trust) == .success(200))
                    #expect(registry.requests.count == 2)
                }
            }
        }
    }

    @Test(
        "Certificate authorities that are not PEM are reported",
        arguments: ["", "rubbish", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
    func noCertificate(_ pem: String) async throws {
        try await CountingListener.run { listener, port in
            try await AsyncHTTPClientTransport.run { transport in
                let trust = RegistryTrust(isApproved: true, certificateAuthorities: pem)
                let refused = try await transport.contact("registry.example:\(port)", isTLS: true, trust: trust)
                #expect(refused == .failure(.untrusted("the certificate authorities that are set for it are not certificates in PEM")))
            }
            #expect(listener.count == 0)
        }
    }

    private static func trust(_ certificate: RegistryCertificate) throws -> RegistryTrust {
        RegistryTrust(isApproved: true, certificateAuthorities: try String(contentsOfFile: certificate.authorityPath, encoding: .utf8))
    }

    /// A certificate authority that has signed none of the certificates.
    private static func stranger() async throws -> RegistryTrust {
        try await TemporaryDirectory.with { try trust(try await .selfSigned(in: $0)) }
    }
}
