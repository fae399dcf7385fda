import NIOSSL

/// Certificates of authorities, in PEM.
package enum CertificateAuthorities {
    package static func areValid(_ pem: String) -> Bool {
        guard let certificates = try? NIOSSLCertificate.fromPEMBytes(Array(pem.utf8)) else { return false }
        return !certificates.isEmpty
    }
}
