import FoundationEssentials
import Sealing
import Testing

@Suite("Sealing")
struct SealerTests {
    @Test("A sealed secret opens", arguments: [0, 1, 15, 16, 17, 4096, 65_536])
    func roundTrip(length: Int) throws {
        let sealer = try Make.sealer(Frozen.newLine)
        let plaintext = (0..<length).map { UInt8(truncatingIfNeeded: $0) }
        let envelope = try sealer.seal(plaintext, for: Frozen.destination)
        #expect(try sealer.open(Envelope(parsing: envelope.bytes), for: Frozen.destination) == plaintext)
        #expect(envelope.bytes.count == 98 + length)
    }

    @Test("Sealing the same secret twice uses different data keys and nonces")
    func freshness() throws {
        let sealer = try Make.sealer(Frozen.newLine)
        let first = try sealer.seal(Frozen.plaintext, for: Frozen.destination).bytes
        let second = try sealer.seal(Frozen.plaintext, for: Frozen.destination).bytes
        for field in [10..<22, 22..<54, 54..<70, 70..<82, 82..<first.count] {
            #expect(first[field] != second[field], "bytes \(field)")
        }
    }

    @Test("An envelope with any flipped bit does not open", arguments: [Frozen.underOldKey, Frozen.underNewKey, Frozen.empty])
    func everyBit(hex: String) throws {
        let original = try Make.bytes(hex)
        let sealer = try Make.sealer(Frozen.newLine, Frozen.oldLine)
        for position in original.indices {
            for bit in 0..<8 {
                var flipped = original
                flipped[position] ^= 1 << bit
                #expect(throws: SealingError.self, "byte \(position), bit \(bit)") {
                    try sealer.open(Envelope(parsing: flipped), for: Frozen.destination)
                }
            }
        }
    }

    @Test("An envelope with the id of another key of the ring does not open")
    func relabelled() throws {
        var bytes = try Make.bytes(Frozen.underOldKey)
        bytes.replaceSubrange(2..<10, with: try Make.bytes(Frozen.newID))
        #expect(throws: SealingError.tampered) {
            try Make.sealer(Frozen.newLine, Frozen.oldLine).open(Envelope(parsing: bytes), for: Frozen.destination)
        }
    }

    @Test("The layers of two envelopes with the same context cannot be mixed")
    func mixed() throws {
        let sealer = try Make.sealer(Frozen.newLine)
        let first = try sealer.seal([1, 2, 3], for: Frozen.destination).bytes
        let second = try sealer.seal([4, 5, 6], for: Frozen.destination).bytes
        #expect(throws: SealingError.tampered) {
            try sealer.open(Envelope(parsing: Array(first[..<70] + second[70...])), for: Frozen.destination)
        }
    }
}

@Suite("Sealing contexts")
struct DestinationTests {
    struct Change: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let apply: @Sendable (inout SealingContext) -> Void

        init(_ description: String, _ apply: @escaping @Sendable (inout SealingContext) -> Void) {
            testDescription = description
            self.apply = apply
        }
    }

    @Test(
        "A secret can be neither opened nor rewrapped with another context",
        arguments: [
            Change("another row") { $0.row = Frozen.deployment },
            Change("another registry") { $0.authority = "evil.example" },
            Change("another port") { $0.authority = "registry.local:5001" },
            Change("the registry without its port") { $0.authority = "registry.local" },
            Change("no registry") { $0.authority = "" },
            Change("another namespace") { $0.namespace = "user2" },
            Change("namespace in capitals") { $0.namespace = "USER1" },
            Change("a character moved between neighbouring fields") { ($0.namespace, $0.authority) = ("user1r", "egistry.local:5000") },
            Change("neighbouring fields swapped") { ($0.namespace, $0.authority) = ($0.authority, $0.namespace) },
            Change("an older version") { $0.version = 6 },
            Change("a newer version") { $0.version = 8 },
            Change("a negative version") { $0.version = -7 },
            Change("another purpose") { $0.purpose = .deploymentSecret },
        ])
    func otherDestination(change: Change) throws {
        let sealer = try Make.sealer(Frozen.newLine, Frozen.oldLine)
        let envelope = try Make.envelope(Frozen.underOldKey)
        var destination = Frozen.destination
        change.apply(&destination)
        #expect(throws: SealingError.tampered) { try sealer.open(envelope, for: destination) }
        #expect(throws: SealingError.tampered) { try sealer.rewrap(envelope, for: destination) }
    }

    @Test("A secret does not open in another deployment, even with the same keys")
    func otherDeployment() throws {
        let sealer = Sealer(ring: try KeyRing(parsing: Frozen.oldLine), deployment: Frozen.row)
        #expect(throws: SealingError.tampered) { try sealer.open(Make.envelope(Frozen.underOldKey), for: Frozen.destination) }
    }

    @Test("Swapped envelopes of two rows do not open")
    func swappedRows() throws {
        let sealer = try Make.sealer(Frozen.newLine)
        var other = Frozen.destination
        other.row = UUID()
        let envelopes = try (sealer.seal([1], for: Frozen.destination), sealer.seal([2], for: other))
        #expect(throws: SealingError.tampered) { try sealer.open(envelopes.0, for: other) }
        #expect(throws: SealingError.tampered) { try sealer.open(envelopes.1, for: Frozen.destination) }
    }

    @Test("Names that differ only in Unicode normalisation are different contexts")
    func normalisation() throws {
        let sealer = try Make.sealer(Frozen.newLine)
        var (composed, decomposed) = (Frozen.destination, Frozen.destination)
        composed.namespace = "caf\u{E9}"
        decomposed.namespace = "cafe\u{301}"
        let envelope = try sealer.seal([1], for: composed)
        #expect(throws: SealingError.tampered) { try sealer.open(envelope, for: decomposed) }
    }
}
