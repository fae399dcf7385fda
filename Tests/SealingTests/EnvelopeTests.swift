import Sealing
import Testing

@Suite("Envelopes")
struct EnvelopeTests {
    @Test("A parsed envelope is encoded byte for byte", arguments: [Frozen.underOldKey, Frozen.underNewKey, Frozen.empty])
    func roundTrip(hex: String) throws {
        #expect(Make.hex(try Make.envelope(hex).bytes) == hex)
    }

    @Test("A truncated envelope does not open")
    func everyTruncation() throws {
        let whole = try Make.bytes(Frozen.underNewKey)
        let sealer = try Make.sealer(Frozen.newLine)
        for length in whole.indices {
            #expect(throws: length < 98 ? SealingError.malformed(.tooShort) : .tampered, "\(length) bytes") {
                try sealer.open(Envelope(parsing: Array(whole[..<length])), for: Frozen.destination)
            }
        }
    }

    @Test("An envelope with appended bytes does not open")
    func appended() throws {
        let bytes = try Make.bytes(Frozen.underNewKey) + [0]
        #expect(throws: SealingError.tampered) {
            try Make.sealer(Frozen.newLine).open(Envelope(parsing: bytes), for: Frozen.destination)
        }
    }

    @Test("Unknown formats and algorithms are refused and named in the error")
    func unknownFormat() throws {
        var bytes = try Make.bytes(Frozen.underNewKey)
        bytes[1] = 9
        #expect(throws: SealingError.malformed(.unknownAlgorithm(9))) { try Envelope(parsing: bytes) }
        bytes[0] = 2
        #expect(throws: SealingError.malformed(.unknownFormat(2))) { try Envelope(parsing: bytes) }
    }
}
