import Naming
import Testing

@Suite("Digests and manifest references")
struct ContentDigestTests {
    private static let sha256 = "sha256:" + String(repeating: "0123456789abcdef", count: 4)
    private static let sha512 = "sha512:" + String(repeating: "0123456789abcdef", count: 8)

    @Test("sha256 and sha512 digests are parsed and printed", arguments: [sha256, sha512])
    func roundTrip(_ text: String) throws {
        let digest = try #require(ContentDigest(parsing: text))
        #expect(digest.description == text)
        #expect(ManifestReference(parsing: text) == .digest(digest))
    }

    @Test(
        "An invalid digest is refused",
        arguments: [
            "", "sha256", "sha256:", sha256 + "0", String(sha256.dropLast()), sha256.uppercased(), sha256.replacing("a", with: "A"),
            sha256.replacing("a", with: "g"), sha256.replacing("sha256", with: "sha512"), sha256.replacing("sha256", with: "md5"),
            "sha256:" + sha256, sha256 + ":", " " + sha256, sha256 + "\n", sha256.replacing("0123", with: "012\u{301}"),
            sha256.replacing(":", with: "+"),
        ])
    func noDigest(_ text: String) {
        #expect(ContentDigest(parsing: text) == nil)
    }

    @Test(
        "A manifest reference may be a tag", arguments: ["latest", "_", "1", "V1.0-rc.1_x", String(repeating: "a", count: 128), "sha256"])
    func tags(_ text: String) {
        #expect(ManifestReference(parsing: text) == .tag(text))
    }

    @Test(
        "A manifest reference that is neither a tag nor a digest is refused",
        arguments: [
            "", ".a", "-a", "a/b", "a:b", "sha256:12", "a b", "é", "a\u{301}", "a@b", "a+b", "a%41", String(repeating: "a", count: 129),
        ])
    func noReference(_ text: String) {
        #expect(ManifestReference(parsing: text) == nil)
    }
}
