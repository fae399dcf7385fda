import NIOCore
import Naming
import Testing

@testable import Gateway

@Suite("Content verifier")
struct ContentVerifierTests {
    private static let parts = ["what", " a layer", "", " consists of"].map { ByteBuffer(string: $0) }
    private static let whole = parts.map { String(buffer: $0) }.joined()
    private static let digest = ContentDigest(parsing: Sample.digest(of: Array(whole.utf8)))
    private static let sha512 = ContentDigest(
        parsing: "sha512:" + "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f")

    private func pass(_ parts: [ByteBuffer], _ length: Int?, _ digest: ContentDigest?) throws -> String {
        var verifier = ContentVerifier(length: length, digest: digest)
        var passed = ""
        for part in parts { passed += String(buffer: try verifier.pass(part)) }
        return passed + (try verifier.end().map { String(buffer: $0) } ?? "")
    }

    @Test("Valid content passes unchanged, with and without a digest", arguments: [true, false], [true, false])
    func unchanged(_ isVerified: Bool, _ isMeasured: Bool) throws {
        let digest = try #require(Self.digest)
        #expect(try pass(Self.parts, isMeasured ? Self.whole.utf8.count : nil, isVerified ? digest : nil) == Self.whole)
    }

    @Test("SHA-512 digests are verified")
    func longer() throws {
        let digest = try #require(Self.sha512)
        #expect(try pass([ByteBuffer(string: "abc")], nil, digest) == "abc")
        #expect(throws: ContentVerifier.Mismatch.digest) { try pass([ByteBuffer(string: "abd")], nil, digest) }
    }

    @Test("A length below or above the announced one is an error", arguments: [-1, 1])
    func length(_ excess: Int) {
        #expect(throws: ContentVerifier.Mismatch.length) { try pass(Self.parts, Self.whole.utf8.count - excess, nil) }
    }

    @Test("Bytes beyond the announced length do not pass")
    func surplus() throws {
        var verifier = ContentVerifier(length: 4, digest: nil)
        _ = try verifier.pass(ByteBuffer(string: "1234"))
        #expect(throws: ContentVerifier.Mismatch.length) { _ = try verifier.pass(ByteBuffer(string: "5")) }
    }

    @Test("The last part of content with a wrong digest does not pass")
    func heldBack() throws {
        var verifier = ContentVerifier(length: nil, digest: Self.digest)
        var passed = ""
        for part in Self.parts.dropLast() { passed += String(buffer: try verifier.pass(part)) }
        passed += String(buffer: try verifier.pass(ByteBuffer(string: "!")))
        #expect(passed == "what a layer")
        #expect(throws: ContentVerifier.Mismatch.digest) { _ = try verifier.end() }
    }
}
