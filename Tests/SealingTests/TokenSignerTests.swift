import FoundationEssentials
import Sealing
import Testing

@Suite("Signed tokens")
struct TokenSignerTests {
    private static let payload = Array(#"{"a":"ÿ"}"#.utf8)
    /// From another implementation (Python's `hmac`): HKDF-SHA256 of the bytes 0x40 to 0x5F with the purpose as info.
    private static let frozen = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJhIjoiw78ifQ.I1IzYK5VMmL__iuOWyM8fvNerUMAdESz1BmhuKITWvs"

    private static func signer() throws -> TokenSigner {
        let secret = try DeploymentSecret(
            opening: try Make.envelope(Frozen.deploymentSecret), with: try Make.sealer(Frozen.oldLine), row: Frozen.row, version: 1)
        return TokenSigner(secret: secret)
    }

    @Test("Frozen tokens still verify")
    func frozen() throws {
        #expect(try Self.signer().sign(Self.payload) == Self.frozen)
        #expect(try Self.signer().payload(of: Self.frozen) == Self.payload)
    }

    @Test("A token with a character added, removed or changed does not verify")
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
        "A token with another algorithm, or none, does not verify",
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

@Suite("Sealed upload locations")
struct LocationSealerTests {
    private static func sealer(_ byte: UInt8 = 1) throws -> LocationSealer {
        LocationSealer(secret: try Make.deploymentSecret(Array(repeating: byte, count: 32)))
    }

    @Test("A sealed text opens only with its context in its deployment, and is unreadable otherwise")
    func contexts() throws {
        let text = Array("/v2/a/blobs/uploads/1?_state=canary".utf8)
        let sealed = try Self.sealer().seal(text, for: [1, 2])
        #expect(try Self.sealer().open(sealed, for: [1, 2]) == text)
        #expect(try Self.sealer().open(sealed, for: [1, 3]) == nil)
        #expect(try Self.sealer().open(sealed, for: []) == nil)
        #expect(try Self.sealer(2).open(sealed, for: [1, 2]) == nil)
        #expect(
            sealed.utf8.allSatisfy { ($0 >= 0x30 && $0 <= 0x39) || ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || $0 == 0x2D || $0 == 0x5F })
        #expect(try Self.sealer().seal(text, for: [1, 2]) != sealed)
    }

    @Test("A sealed text with a character added, removed or changed does not open")
    func tampering() throws {
        let sealer = try Self.sealer()
        let sealed = Array(try sealer.seal([1, 2, 3], for: []))
        for index in sealed.indices {
            for other in ["A", "B", ".", "=", "+"] as [Character] where other != sealed[index] {
                var changed = sealed
                changed[index] = other
                #expect(sealer.open(String(changed), for: []) == nil, "\(index) \(other)")
            }
            #expect(sealer.open(String(sealed.prefix(index)), for: []) == nil, "\(index)")
        }
        for tail in ["A", ".", "=", "\n"] { #expect(sealer.open(String(sealed) + tail, for: []) == nil) }
    }
}
