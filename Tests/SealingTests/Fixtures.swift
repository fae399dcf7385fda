import Domain
import FoundationEssentials
import Sealing
import Testing

/// Fixed keys, and envelopes sealed with them.
///
/// The envelopes and the hash are from another implementation (Python's `cryptography`), written from the tables in `Envelope` and
/// `AssociatedData`. They must always open: an incompatible change needs a new format, not new vectors.
enum Frozen {
    static let oldLine = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    static let newLine = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="
    static let oldID = "51af67f156e500f0"
    static let newID = "728e65ac4e2ccba4"

    static let deployment = UUID(uuid: (0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF))
    static let row = UUID(uuid: (0x0F, 0x1E, 0x2D, 0x3C, 0x4B, 0x5A, 0x69, 0x78, 0x87, 0x96, 0xA5, 0xB4, 0xC3, 0xD2, 0xE1, 0xF0))
    static let destination = SealingContext(
        purpose: .credential, row: row, namespace: "user1", authority: "registry.local:5000", version: 7)

    static let plaintext = Array("user1\0correct horse battery staple".utf8)
    static let underOldKey = """
        010151af67f156e500f00229e18692ce9a87d6917eb371894011366b350f4e0739d45c9b0d5018fb2468f161089984c13d45\
        ec31d3c00e498c7eacc9cbea880d44ee64a2890e07eaa19aa46ab1b91c9f3aab9f00cd530b736edf72e1681afd58b5f99e24\
        4697d0e2eacc6fa59f3601acad30ee9e4183089869eedcaf5f40fa29d7732d33
        """
    static let underNewKey = """
        0101728e65ac4e2ccba46a193986913a15c3037d9efa270dc93b642468b2de208d8aa4e6541a6d23b30419fe14c52a174b7e\
        c6a1eec28f37ffbfda03d6590b36bbd0f5d78fe8b3cf2f5293996290f89bbe313248d7517dcb3de225cf212083438d3152bf\
        39498c2c575b1b792ef3f6463a0cc7a70a7bb68c9dc8e5e1048e54fa977360bb
        """
    static let empty = """
        0101728e65ac4e2ccba43e6d1c0bfb2745e444a4e3d125190bf5c3c305b9fc42cecc0d563c526a5fb0f4ebd2849230ad88e5\
        5f8245a580d741f284f311fed09e80cc3f1a93c5d6429e1e342c78a6520c3c67a815b13d49b750b25f029d41dbfc1c73
        """

    /// Bytes 0x40 to 0x5F, row as above, version 1, sealed with the old key.
    static let deploymentSecret = """
        010151af67f156e500f0777c7715fe23b83c881ab6886f0493dee6ff81dab251dbb9e6ea76435d5a2b95993f51ac7dbde5ee\
        d8674afd6bef86c554d774516f433d51634aaf8aa0011c0797942091ce3a6b75e89873cb4e44a5d4080d6222aacaf64152c0\
        3570495129b0b2c53e0a54868cf52bc3ed3af6fa7a22a34d1bf6609580d1
        """
    static let apiKey = "lm_0aA9zZkeyid1_Am5Y8z1AgfodU5yu2sif3KOFWFS5nle95isYRe92Erp1UCxQE"
    /// The code of the bytes of "row".
    static let rowCode = "594c78a9cf58f2356bbc6a6a93f19f8a3223fb94dfde8762b62ac6b63864f2c6"
    static let apiKeyHash = "c685bf0108047d944284ec73daac54b724237ad5783a33f1ae8c042853146796"
}

enum Make {
    /// A sealer of the frozen deployment.
    static func sealer(_ lines: String...) throws -> Sealer {
        Sealer(ring: try KeyRing(parsing: lines.joined(separator: "\n")), deployment: Frozen.deployment)
    }

    static func envelope(_ hex: String) throws -> Envelope { try Envelope(parsing: bytes(hex)) }

    static func bytes(_ hex: String) throws -> [UInt8] {
        let digits = try hex.map { try #require($0.hexDigitValue) }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    static func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// A deployment secret with chosen bytes, which the type itself does not offer.
    static func deploymentSecret(_ bytes: [UInt8]) throws -> DeploymentSecret {
        let sealer = try sealer(Frozen.newLine)
        let envelope = try sealer.seal(bytes, for: .deploymentSecret(row: Frozen.row, version: 1))
        return try DeploymentSecret(opening: envelope, with: sealer, row: Frozen.row, version: 1)
    }

    static func apiKey() throws -> APIKeySecret { try #require(APIKeySecret(parsing: Frozen.apiKey)) }
}
