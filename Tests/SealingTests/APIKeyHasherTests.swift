import Domain
import Sealing
import Testing

@Suite("API key hashes")
struct APIKeyHasherTests {
    let hasher = APIKeyHasher(secret: .generate())

    @Test("A key matches its own hash")
    func matches() throws {
        let key = try Make.apiKey()
        #expect(hasher.hash(key).count == 32)
        #expect(hasher.matches(key, hash: hasher.hash(key)))
    }

    @Test("A key matches neither the hash of another key nor its hash in another deployment")
    func mismatches() throws {
        var generator = SystemRandomNumberGenerator()
        let key = try Make.apiKey()
        #expect(!hasher.matches(key, hash: hasher.hash(.mint(using: &generator))))
        #expect(!hasher.matches(key, hash: APIKeyHasher(secret: .generate()).hash(key)))
    }

    @Test("A flipped bit, a hash of another length and no hash at all never match")
    func brokenHashes() throws {
        let key = try Make.apiKey()
        let hash = hasher.hash(key)
        for position in hash.indices {
            var flipped = hash
            flipped[position] ^= 1
            #expect(!hasher.matches(key, hash: flipped))
        }
        #expect(!hasher.matches(key, hash: []))
        #expect(!hasher.matches(key, hash: hash.dropLast()))
        #expect(!hasher.matches(key, hash: hash + [0]))
        #expect(!hasher.matches(key, hash: Array(repeating: 0, count: 32)))
        #expect(!hasher.matches(key, hash: nil))
    }
}

@Suite("Deployment secrets")
struct DeploymentSecretTests {
    @Test("A sealed deployment secret opens to the same secret")
    func roundTrip() throws {
        let secret = DeploymentSecret.generate()
        let sealer = try Make.sealer(Frozen.newLine)
        let envelope = try secret.sealed(by: sealer, row: Frozen.row, version: 3)
        let opened = try DeploymentSecret(opening: envelope, with: sealer, row: Frozen.row, version: 3)
        let key = try Make.apiKey()
        #expect(APIKeyHasher(secret: opened).hash(key) == APIKeyHasher(secret: secret).hash(key))
        #expect(throws: SealingError.tampered) {
            try DeploymentSecret(opening: envelope, with: sealer, row: Frozen.row, version: 2)
        }
    }

    @Test("A deployment secret of another length is refused", arguments: [0, 31, 33])
    func length(count: Int) {
        #expect(throws: SealingError.notADeploymentSecret) {
            try Make.deploymentSecret(Array(repeating: 7, count: count))
        }
    }
}
