import Crypto
import Foundation

/// Creates JSON Web Tokens that the CNCF's registry accepts (https://distribution.github.io/distribution/spec/auth/jwt/): ES256, and the
/// certificate in `x5c`.
package struct TestTokenSigner: Sendable {
    package let certificatePath: String
    private let certificate: String
    private let key: P256.Signing.PrivateKey

    package init(_ certificate: RegistryCertificate) throws {
        certificatePath = certificate.certificatePath
        let lines = try String(contentsOfFile: certificate.certificatePath, encoding: .utf8).split(separator: "\n")
        self.certificate = lines.filter { !$0.hasPrefix("-----") }.joined()
        key = try P256.Signing.PrivateKey(pemRepresentation: String(contentsOfFile: certificate.keyPath, encoding: .utf8))
    }

    func sign(_ claims: String) throws -> String {
        let header = #"{"typ":"JWT","alg":"ES256","x5c":["\#(certificate)"]}"#
        let text = "\(Self.base64URL(header.utf8)).\(Self.base64URL(claims.utf8))"
        return "\(text).\(Self.base64URL(try key.signature(for: Data(text.utf8)).rawRepresentation))"
    }

    /// An unsigned token.
    static func unsigned(_ claims: String) -> String {
        "\(base64URL(#"{"typ":"JWT","alg":"ES256"}"#.utf8)).\(base64URL(claims.utf8)).\(base64URL("signature".utf8))"
    }

    private static func base64URL(_ bytes: some Sequence<UInt8>) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
