import Sealing
import Testing

@Suite("Key rotation")
struct RotationTests {
    @Test("A ring with the new and the old key opens envelopes of both, and seals with the new one")
    func bothKeys() throws {
        let sealer = try Make.sealer(Frozen.newLine, Frozen.oldLine)
        for hex in [Frozen.underOldKey, Frozen.underNewKey] {
            #expect(try sealer.open(Make.envelope(hex), for: Frozen.destination) == Frozen.plaintext)
        }
        #expect(try sealer.seal([1], for: Frozen.destination).keyID.description == Frozen.newID)
    }

    @Test("Rewrapping leaves the sealed secret unchanged and makes the old key unnecessary")
    func rewrap() throws {
        let old = try Make.envelope(Frozen.underOldKey)
        let rewrapped = try Make.sealer(Frozen.newLine, Frozen.oldLine).rewrap(old, for: Frozen.destination)
        #expect(rewrapped.keyID.description == Frozen.newID)
        #expect(rewrapped.bytes[70...] == old.bytes[70...])
        #expect(rewrapped.bytes[10..<70] != old.bytes[10..<70])
        #expect(try Make.sealer(Frozen.newLine).open(rewrapped, for: Frozen.destination) == Frozen.plaintext)
    }

    @Test("Rewrapping again changes nothing, so a rotation can be resumed at any point")
    func rewrapTwice() throws {
        let current = try Make.envelope(Frozen.underNewKey)
        #expect(try Make.sealer(Frozen.newLine, Frozen.oldLine).rewrap(current, for: Frozen.destination) == current)
    }

    @Test("A missing key is reported with the needed id and the available ids")
    func wrongKey() throws {
        let sealer = try Make.sealer(Frozen.newLine)
        let envelope = try Make.envelope(Frozen.underOldKey)
        let newKey = try #require(KeyEncryptionKey(base64: Frozen.newLine))
        let expected = SealingError.wrongKey(needed: envelope.keyID, have: [newKey.id])
        #expect(throws: expected) { try sealer.open(envelope, for: Frozen.destination) }
        #expect(throws: expected) { try sealer.rewrap(envelope, for: Frozen.destination) }
        #expect("\(expected)".contains(Frozen.oldID))
        #expect("\(expected)".contains(Frozen.newID))
    }

    @Test("The deployment secret opens after the key that first sealed it was retired")
    func deploymentSecret() throws {
        let envelope = try Make.sealer(Frozen.newLine, Frozen.oldLine)
            .rewrap(Make.envelope(Frozen.deploymentSecret), for: .deploymentSecret(row: Frozen.row, version: 1))
        let secret = try DeploymentSecret(opening: envelope, with: Make.sealer(Frozen.newLine), row: Frozen.row, version: 1)
        #expect(Make.hex(APIKeyHasher(secret: secret).hash(try Make.apiKey())) == Frozen.apiKeyHash)
    }
}
