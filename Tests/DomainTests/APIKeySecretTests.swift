import Domain
import Foundation
import Testing

@Suite("API key secrets")
struct APIKeySecretTests {
    /// The checksum was computed by zlib.
    static let frozen = "lm_0aA9zZkeyid1_Am5Y8z1AgfodU5yu2sif3KOFWFS5nle95isYRe92Erp1UCxQE"

    @Test("A generated key parses to itself")
    func roundTrip() throws {
        var generator = Seeded(seed: 1)
        for _ in 0..<200 {
            let minted = APIKeySecret.mint(using: &generator)
            let parsed = try #require(APIKeySecret(parsing: minted.revealed()))
            #expect(parsed == minted)
            #expect(parsed.keyID == minted.keyID)
            #expect(minted.revealed().utf8.count == 65)
            #expect(minted.revealed().hasPrefix("lm_\(minted.keyID)_"))
        }
    }

    @Test("Generated keys have different ids and secrets")
    func mintedKeysDiffer() {
        var generator = SystemRandomNumberGenerator()
        let minted = (0..<200).map { _ in APIKeySecret.mint(using: &generator) }
        #expect(Set(minted.map(\.keyID)).count == minted.count)
        #expect(Set(minted.map { $0.revealed().dropFirst(16).prefix(43) }).count == minted.count)
    }

    @Test(
        "Frozen keys still parse",
        arguments: [
            (frozen, "0aA9zZkeyid1"),
            ("lm_000000000515_000000000000000000000000000000000000000000000kTQN", "000000000515"),
        ])
    func frozenKeys(text: String, keyID: String) throws {
        let key = try #require(APIKeySecret(parsing: text))
        #expect(key.keyID == keyID)
        #expect(key.revealed() == text)
    }

    @Test("Changing any one character makes a key unreadable")
    func everyTypo() {
        let original = Array(Self.frozen.utf8)
        for position in original.indices {
            for replacement in UInt8(0x20)...0x7E where replacement != original[position] {
                var typo = original
                typo[position] = replacement
                #expect(APIKeySecret(parsing: String(decoding: typo, as: UTF8.self)) == nil, "position \(position)")
            }
        }
    }

    @Test("Swapping any two adjacent characters makes a key unreadable")
    func everySwap() {
        let original = Array(Self.frozen.utf8)
        for position in original.indices.dropLast() where original[position] != original[position + 1] {
            var typo = original
            typo.swapAt(position, position + 1)
            #expect(APIKeySecret(parsing: String(decoding: typo, as: UTF8.self)) == nil, "position \(position)")
        }
    }

    @Test(
        "A key with any additional character is refused",
        arguments: [
            "", "lm_", "lm__", " " + frozen, frozen + " ", frozen + "\n", frozen + "\r\n", frozen + "\0", "Bearer " + frozen,
            String(frozen.dropLast()), String(frozen.dropFirst()), frozen + "0", frozen.lowercased(), frozen.uppercased(),
            "LM_" + frozen.dropFirst(3), frozen.replacingFirst("A", with: "A\u{301}"), frozen.replacingFirst("A", with: "\u{FF21}"),
            frozen.replacingFirst("0", with: "\u{0660}"), frozen.replacingFirst("_", with: "-"), frozen + frozen,
            "lm_0aA9zZkeyid1_" + String(repeating: "0", count: 49), String(repeating: "é", count: 65),
        ])
    func malformed(text: String) {
        #expect(APIKeySecret(parsing: text) == nil)
    }

    @Test("Random strings do not parse, even those of the right format")
    func randomStrings() {
        var generator = Seeded(seed: 2)
        let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
        for _ in 0..<5_000 {
            let bytes = (0..<65).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            #expect(APIKeySecret(parsing: String(decoding: bytes, as: UTF8.self)) == nil)
            let shaped = (0..<61).map { _ in digits[Int.random(in: digits.indices, using: &generator)] }
            let text = "lm_" + String(decoding: shaped[..<12], as: UTF8.self) + "_" + String(decoding: shaped[12...], as: UTF8.self)
            #expect(APIKeySecret(parsing: text) == nil)
        }
    }

    @Test("Every way of printing a key shows its id and nothing of its secret")
    func silence() throws {
        struct Holder { let key: APIKeySecret }
        let key = try #require(APIKeySecret(parsing: Self.frozen))
        var dumped = ""
        dump(Holder(key: key), to: &dumped)
        let printed = ["\(key)", String(reflecting: key), "\(Optional(key) as Any)", "\([key])", "\(Holder(key: key))", dumped]
        for text in printed {
            #expect(text.contains("lm_0aA9zZkeyid1_<redacted>"))
            #expect(!text.contains("Am5Y8z1A"))
            #expect(!text.contains("1UCxQE"))
        }
        #expect(Mirror(reflecting: key).children.isEmpty)
    }
}

@Suite("Detection of leaked API keys")
struct StrayAPIKeyTests {
    static let key = APIKeySecretTests.frozen

    @Test(
        "A key is found at any position, even mistyped or truncated to half of its secret",
        arguments: [
            key, "/v2/?token=\(key)", "/api/\(key)/x", "https://u:\(key)@host/", "xx\(key)xx", "lm_lm_\(key)", String(key.prefix(38)),
            String(key.dropLast(6)) + "000000", "é\(key)",
        ])
    func present(text: String) {
        #expect(APIKeySecret.isPresent(in: text.utf8))
        #expect(!APIKeySecret.redacting(text).contains("Am5Y8z1AgfodU5yu2sif3K"))
        #expect(APIKeySecret.redacting(text).contains("lm_0aA9zZkeyid1_<redacted>"))
    }

    @Test(
        "Ordinary names are not detected as keys",
        arguments: [
            "", "lm_", "/api/repo/v1/repository/registry.local/user1/image1/", "lm_0aA9zZkeyid1_<redacted>", "lm_0aA9zZkeyid1_",
            "registry.local/acme/helm_integrations_x", "registry.local/acme/film_developments_2024", String(key.prefix(37)),
            "é_lm_ünïcödé", "docker.io/library/ubuntu@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ])
    func absent(text: String) {
        #expect(!APIKeySecret.isPresent(in: text.utf8))
        #expect(APIKeySecret.redacting(text) == text)
    }

    private static let basic = Data("admin:\(key)".utf8).base64EncodedString()

    @Test(
        "A text with a key in an encoded form is replaced as a whole",
        arguments: [
            "Basic \(basic)", basic, "curl/8 \(basic.replacing("=", with: ""))", "a=\(Data(key.utf8).base64EncodedString())",
            "xy\(Data("x\(key)".utf8).base64EncodedString())", Data("Basic \(basic)".utf8).base64EncodedString(),
            key.utf8.map { String($0, radix: 16) }.joined(), key.utf8.map { "%\(String($0, radix: 16))" }.joined(),
        ])
    func encoded(text: String) {
        #expect(APIKeySecret.redactingAll(text) == "<redacted>")
    }

    @Test(
        "Ordinary user agents and paths are kept",
        arguments: [
            "", "curl/8.5.0", "containerd/v2.1.3", "docker-cloud/0.1.0",
            "docker/27.3.1 go/go1.22.7 git-commit/41ca978 kernel/6.8.0-45-generic os/linux arch/amd64 UpstreamClient(Docker-Client/27.3.1 \\(linux\\))",
            "/v2/registry.example/team/image/blobs/sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ])
    func ordinary(text: String) {
        #expect(APIKeySecret.redactingAll(text) == text)
        #expect(APIKeySecret.redactingAll("\(text) \(Self.key)") == "\(text) lm_0aA9zZkeyid1_<redacted>")
    }

    @Test("Redaction leaves the rest of the line unchanged")
    func redactingKeepsTheRest() {
        let line = "GET /v2/?a=\(Self.key)&b=\(Self.key) é 200"
        let shown = "lm_0aA9zZkeyid1_<redacted>"
        #expect(APIKeySecret.redacting(line) == "GET /v2/?a=\(shown)&b=\(shown) é 200")
    }
}

/// SplitMix64, for reproducible failures: https://prng.di.unimi.it/splitmix64.c
private struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension String {
    fileprivate func replacingFirst(_ character: Character, with replacement: String) -> String {
        guard let position = firstIndex(of: character) else { return self }
        return self[..<position] + replacement + self[index(after: position)...]
    }
}
