import Sealing
import Testing

@Suite("Frozen vectors")
struct FrozenVectorTests {
    @Test(
        "Frozen envelopes still open",
        arguments: [
            (Frozen.underOldKey, Frozen.oldID, Frozen.plaintext),
            (Frozen.underNewKey, Frozen.newID, Frozen.plaintext),
            (Frozen.empty, Frozen.newID, []),
        ])
    func envelopes(hex: String, keyID: String, plaintext: [UInt8]) throws {
        let envelope = try Make.envelope(hex)
        #expect(envelope.keyID.description == keyID)
        #expect(try Make.sealer(Frozen.newLine, Frozen.oldLine).open(envelope, for: Frozen.destination) == plaintext)
    }

    @Test("Frozen keys still have the same ids", arguments: [(Frozen.oldLine, Frozen.oldID), (Frozen.newLine, Frozen.newID)])
    func keyIDs(line: String, keyID: String) throws {
        let key = try #require(KeyEncryptionKey(base64: line))
        #expect(key.id.description == keyID)
    }

    @Test("The frozen deployment secret opens and produces the same API key hashes")
    func apiKeyHash() throws {
        let secret = try DeploymentSecret(
            opening: Make.envelope(Frozen.deploymentSecret), with: Make.sealer(Frozen.oldLine), row: Frozen.row, version: 1)
        let hasher = APIKeyHasher(secret: secret)
        #expect(Make.hex(hasher.hash(try Make.apiKey())) == Frozen.apiKeyHash)
        #expect(hasher.matches(try Make.apiKey(), hash: try Make.bytes(Frozen.apiKeyHash)))
    }
}
