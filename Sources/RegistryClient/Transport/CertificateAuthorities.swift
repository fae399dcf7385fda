import FoundationEssentials
import NIOSSL

/// Certificates of authorities. They are encoded anew, so that nothing else of the text in which they were is stored or shown.
package struct CertificateAuthorities: Hashable, Sendable {
    /// In PEM (https://www.rfc-editor.org/rfc/rfc7468#section-5).
    package let pem: String

    package enum ParsingError: Error, Hashable {
        case privateKey
        case notCertificates
    }

    /// Reads certificates. Outside of them, only white space and lines that begin with `#` are accepted.
    package init(parsing text: String) throws(ParsingError) {
        let lines = Self.lines(text)
        guard !lines.contains(where: Self.isOfPrivateKey) else { throw .privateKey }
        var certificates: [NIOSSLCertificate] = []
        var rest = lines.drop(while: Self.isIgnored)
        while let first = rest.first {
            guard let label = Self.labels.first(where: { first.isLine("BEGIN", $0) }),
                let end = rest.firstIndex(where: { $0.isLine("END", label) }),
                let certificate = Self.certificate(rest[..<end].dropFirst())
            else { throw .notCertificates }
            certificates.append(certificate)
            rest = rest[(end + 1)...].drop(while: Self.isIgnored)
        }
        guard let pem = Self.pem(of: certificates) else { throw .notCertificates }
        self.pem = pem
    }

    /// Reads the certificates of a text that was stored by a version that stored all of it; nil if there are none. A block that is no
    /// certificate and not valid PEM does not hide the others.
    package init?(stored text: String) {
        let certificates = (try? NIOSSLCertificate.fromPEMBytes(Array(text.utf8))) ?? Self.blocks(Self.lines(text))
        guard let pem = Self.pem(of: certificates) else { return nil }
        self.pem = pem
    }

    private static func blocks(_ lines: [Substring]) -> [NIOSSLCertificate] {
        var certificates: [NIOSSLCertificate] = []
        var rest = lines[...]
        while let line = rest.popFirst() {
            guard let label = labels.first(where: { line.isLine("BEGIN", $0) }),
                let end = rest.firstIndex(where: { $0.isLine("END", label) })
            else { continue }
            if let certificate = certificate(rest[..<end]) { certificates.append(certificate) }
            rest = rest[(end + 1)...]
        }
        return certificates
    }

    /// Whether a text that was stored by such a version contains a private key.
    package static func hasPrivateKey(stored text: String) -> Bool { lines(text).contains(where: isOfPrivateKey) }

    private static func lines(_ text: String) -> [Substring] {
        text.split(whereSeparator: \.isNewline).map { $0.drop(while: \.isWhitespace) }
    }

    private static func isOfPrivateKey(_ line: Substring) -> Bool { line.hasPrefix("-----") && line.contains("PRIVATE KEY") }

    private static let labels = ["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"]

    private static func isIgnored(_ line: Substring) -> Bool { line.isEmpty || line.first == "#" }

    private static func certificate(_ lines: ArraySlice<Substring>) -> NIOSSLCertificate? {
        let base64 = lines.joined().filter { !$0.isWhitespace }
        return Data(base64Encoded: base64).flatMap { try? NIOSSLCertificate(bytes: Array($0), format: .der) }
    }

    private static func pem(of certificates: [NIOSSLCertificate]) -> String? {
        let blocks = certificates.compactMap { try? Data($0.toDERBytes()) }.map { data in
            let base64 = data.base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
            return "-----BEGIN CERTIFICATE-----\n\(base64)\n-----END CERTIFICATE-----\n"
        }
        return blocks.isEmpty || blocks.count != certificates.count ? nil : blocks.joined()
    }
}

extension Substring {
    fileprivate func isLine(_ word: String, _ label: String) -> Bool {
        let line = "-----\(word) \(label)-----"
        return hasPrefix(line) && dropFirst(line.count).allSatisfy(\.isWhitespace)
    }
}
