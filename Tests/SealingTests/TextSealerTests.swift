import Sealing
import Testing

@Suite("Sealed texts")
struct TextSealerTests {
    private static func sealer(_ byte: UInt8 = 1) throws -> LocationSealer {
        LocationSealer(secret: try Make.deploymentSecret(Array(repeating: byte, count: 32)))
    }

    @Test("A text opens for its context and its deployment only, and cannot be read")
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

    @Test("One character more, less or other, and it does not open")
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
