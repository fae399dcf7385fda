import Domain
import NIOCore
import RegistryClient
import TestSupport
import Testing

@Suite("Certificates of authorities")
struct CertificateAuthoritiesTests {
    static let key =
        "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIIpDX2hpZGRlbl9wcml2YXRlX2tleV9ieXRlc18x\n-----END PRIVATE KEY-----\n"

    @Test(
        "Certificates are encoded anew, without comments and white space",
        arguments: [
            SamplePEM.authority, "# ours\n\(SamplePEM.authority)", "\n \t\n\(SamplePEM.authority)\n\n# end", "  # note\r\n" + crlf,
            SamplePEM.authority.replacing("CERTIFICATE-", with: "X509 CERTIFICATE-"), String(SamplePEM.authority.dropLast(1)),
        ])
    func valid(_ text: String) throws {
        #expect(try CertificateAuthorities(parsing: text).pem == SamplePEM.authority)
    }

    private static let crlf = SamplePEM.authority.replacing("\n", with: "\r\n")

    @Test("Several certificates keep their order")
    func several() throws {
        #expect(
            try CertificateAuthorities(parsing: "\(SamplePEM.authority)# b\n\(SamplePEM.authority)").pem == SamplePEM.authority
                + SamplePEM.authority)
    }

    @Test(
        "A private key is rejected as such, wherever it is",
        arguments: ["", "RSA ", "EC ", "ENCRYPTED ", "OPENSSH "],
        [{ $0 + SamplePEM.authority }, { SamplePEM.authority + $0 }, { $0 }, { "text\n  \($0)" }] as [@Sendable (String) -> String])
    func privateKeys(_ kind: String, _ place: @Sendable (String) -> String) {
        let text = place(Self.key.replacing("PRIVATE", with: "\(kind)PRIVATE"))
        #expect(throws: CertificateAuthorities.ParsingError.privateKey) { try CertificateAuthorities(parsing: text) }
    }

    @Test(
        "Other text, other blocks and broken certificates are rejected",
        arguments: [
            "", " ", "# only a comment", "x", SamplePEM.authority + "password of the CA: abc\n", "Bag Attributes\n" + SamplePEM.authority,
            SamplePEM.authority.replacing("CERTIFICATE", with: "PUBLIC KEY"), SamplePEM.authority.replacing("MIIB", with: "!IIB"),
            SamplePEM.authority.replacing("MIIB", with: "MIIC"), SamplePEM.authority.replacing("-----END", with: "----END"),
            SamplePEM.authority.replacing("MIIB", with: "Comment: a secret\n\nMIIB"), "-----BEGIN CERTIFICATE-----\n",
        ])
    func invalid(_ text: String) {
        #expect(throws: CertificateAuthorities.ParsingError.notCertificates) { try CertificateAuthorities(parsing: text) }
    }

    @Test(
        "Certificates of a text that was stored whole are shown without the rest",
        arguments: [
            SamplePEM.authority + key, key + SamplePEM.authority, "password abc\n\(SamplePEM.authority)",
            key.replacing("MC4", with: "MC") + SamplePEM.authority, key.replacing("-----END", with: "----END") + SamplePEM.authority,
            SamplePEM.authority.replacing("MIIB", with: "MIIC") + SamplePEM.authority + key.replacing("MC4", with: "!C4"),
        ])
    func stored(_ text: String) {
        #expect(CertificateAuthorities(stored: text)?.pem == SamplePEM.authority)
        #expect(CertificateAuthorities(stored: Self.key) == nil)
    }
}
