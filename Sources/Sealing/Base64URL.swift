import FoundationEssentials

/// The alphabet of URLs, without padding (https://www.rfc-editor.org/rfc/rfc4648#section-5).
enum Base64URL {
    static func encode(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        Data(bytes).base64EncodedData().filter { $0 != UInt8(ascii: "=") }.map { byte in
            switch byte {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            default: byte
            }
        }
    }

    /// Decodes canonical Base64url; nil for anything else.
    static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        let base64 = text.map { byte in
            switch byte {
            case UInt8(ascii: "-"): UInt8(ascii: "+")
            case UInt8(ascii: "_"): UInt8(ascii: "/")
            default: byte
            }
        }
        let padding = repeatElement(UInt8(ascii: "="), count: (4 - base64.count % 4) % 4)
        guard let data = Data(base64Encoded: Data(base64 + padding)), encode(data).elementsEqual(text) else { return nil }
        return Array(data)
    }
}
