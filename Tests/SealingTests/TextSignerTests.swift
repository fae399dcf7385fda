import FoundationEssentials
import Sealing
import Testing

@Suite("Signed texts")
struct TextSignerTests {
    private static let payload = Array(#"{"a":"ÿ"}"#.utf8)
    /// Made by another implementation (Python's `hmac`): HKDF-SHA256 of the bytes 0x40 to 0x5F with the purpose as its info.
    private static let frozen = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJhIjoiw78ifQ.I1IzYK5VMmL__iuOWyM8fvNerUMAdESz1BmhuKITWvs"

    private static func signer() throws -> TokenSigner {
        let secret = try DeploymentSecret(
            opening: try Make.envelope(Frozen.deploymentSecret), with: try Make.sealer(Frozen.oldLine), row: Frozen.row, version: 1)
        return TokenSigner(secret: secret)
    }

    @Test("A text that was signed once is known for ever")
    func frozen() throws {
        #expect(try Self.signer().sign(Self.payload) == Self.frozen)
        #expect(try Self.signer().payload(of: Self.frozen) == Self.payload)
    }

    @Test("One character more, less or other, and it is not known")
    func tampering() throws {
        let (signer, text) = (try Self.signer(), Array(Self.frozen))
        for index in text.indices {
            for other in ["A", "B", ".", "=", "+"] as [Character] where other != text[index] {
                var changed = text
                changed[index] = other
                #expect(signer.payload(of: String(changed)) == nil, "\(index) \(other)")
            }
            #expect(signer.payload(of: String(text.prefix(index))) == nil, "\(index)")
        }
        for tail in ["A", ".", "=", "\n"] { #expect(signer.payload(of: Self.frozen + tail) == nil, "\(tail)") }
    }

    @Test(
        "Another algorithm, or none, is not known",
        arguments: [#"{"alg":"none"}"#, #"{"typ":"JWT","alg":"HS256"}"#, #"{"alg":"RS256","typ":"JWT"}"#])
    func algorithms(_ header: String) throws {
        let parts = Self.frozen.split(separator: ".")
        let forged = Data(header.utf8).base64EncodedString().replacing("=", with: "")
        let signer = try Self.signer()
        #expect(signer.payload(of: "\(forged).\(parts[1]).\(parts[2])") == nil)
        #expect(signer.payload(of: "\(forged).\(parts[1]).") == nil)
        #expect(signer.payload(of: "\(forged).\(parts[1])") == nil)
    }
}
