import FoundationEssentials
import Sealing
import Testing

@Suite("Redaction of key material")
struct SilenceTests {
    /// 32 printable bytes, so that leaked raw bytes are recognizable as text.
    static let canary = Array("canary-key-that-must-never-show!".utf8)

    @Test("No way of printing a secret shows it", arguments: holders())
    func silence(holder: Holder) throws {
        for text in Self.printed(try holder.secret()) {
            for form in Self.forms(of: Self.canary) {
                #expect(!text.contains(form), "\(form) in \(text)")
            }
        }
    }

    @Test("Secrets print their type or key id, and have no children for reflection")
    func printedForms() throws {
        let key = try #require(KeyEncryptionKey(base64: Frozen.oldLine))
        let secret = DeploymentSecret.generate()
        let printed: [(any Redacted, String)] = [
            (key, "KeyEncryptionKey(\(Frozen.oldID))"),
            (KeyRing(key), "KeyRing(\(Frozen.oldID))"),
            (secret, "DeploymentSecret(<redacted>)"),
            (APIKeyHasher(secret: secret), "APIKeyHasher(<redacted>)"),
        ]
        for (silent, expected) in printed {
            #expect("\(silent)" == expected)
            #expect(String(reflecting: silent) == expected)
            #expect(Mirror(reflecting: silent).children.isEmpty)
        }
    }

    @Test("The search finds a canary in the text")
    func control() {
        struct Leak { let key: [UInt8] }
        #expect(Self.printed(Leak(key: Self.canary)).allSatisfy { text in Self.forms(of: Self.canary).contains { text.contains($0) } })
    }

    @Test("A sealed secret contains its plaintext in no encoding")
    func envelope() throws {
        let envelope = try Make.sealer(Frozen.newLine).seal(Self.canary, for: Frozen.destination)
        let stored = [String(decoding: envelope.bytes, as: UTF8.self), Make.hex(envelope.bytes), "\(envelope)"]
        for text in stored {
            #expect(Self.forms(of: Self.canary).allSatisfy { !text.contains($0) })
        }
    }

    struct Holder: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let secret: @Sendable () throws -> Any
    }

    static func holders() -> [Holder] {
        let line = Data(canary).base64EncodedString()
        return [
            Holder(testDescription: "KeyEncryptionKey") { try #require(KeyEncryptionKey(base64: line)) },
            Holder(testDescription: "KeyRing") { try KeyRing(parsing: line).rotated(to: .generate()) },
            Holder(testDescription: "Sealer") { Sealer(ring: try KeyRing(parsing: line), deployment: Frozen.deployment) },
            Holder(testDescription: "DeploymentSecret") { try Make.deploymentSecret(canary) },
            Holder(testDescription: "APIKeyHasher") { APIKeyHasher(secret: try Make.deploymentSecret(canary)) },
        ]
    }

    static func printed(_ secret: Any) -> [String] {
        var (dumped, dumpedInside) = ("", "")
        dump(secret, to: &dumped)
        dump([Optional(secret)], to: &dumpedInside)
        return ["\(secret)", String(reflecting: secret), "\([secret])", dumpedInside, dumped]
    }

    static func forms(of bytes: [UInt8]) -> [String] {
        let (hex, base64) = (Make.hex(bytes), Data(bytes).base64EncodedString())
        let decimal = bytes.prefix(4).map { String($0) }
        return [
            String(decoding: bytes, as: UTF8.self), hex, hex.uppercased(), base64, base64.replacing("=", with: ""),
            decimal.joined(separator: ", "), "- \(decimal[0])\n",
        ]
    }
}
