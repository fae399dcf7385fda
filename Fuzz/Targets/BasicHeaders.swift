import Domain
import HTTPSupport

/// An input is used as the value of an `Authorization` field, as its `Basic` credentials, and as a pair before it is encoded.
@_cdecl("LLVMFuzzerTestOneInput")
public func readAuthorization(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Input(start, count)
    expectRead(input.text)
    expectRead("Basic " + input.text)
    expectRoundTrip(input.bytes)
    return 0
}

/// The value is parsed exactly as its bytes are by the independent decoder below.
private func expectRead(_ text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: " "), maxSplits: 1).map(Array.init)
    let scheme = parts.first.map { $0.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 } } ?? []
    switch AuthorizationValue(parsing: text) {
    case .basic(let user, let password)?:
        expect(scheme.elementsEqual("basic".utf8), "the scheme of '\(text)' is Basic")
        expect(!user.utf8.contains(UInt8(ascii: ":")), "the user of '\(text)' has no colon")
        expect(Base64.decode(parts[1]) == Array("\(user):\(password.revealed())".utf8), "user and password of '\(text)' are its bytes")
    case .bearer(let token)?:
        expect(scheme.elementsEqual("bearer".utf8), "the scheme of '\(text)' is Bearer")
        expect(token.revealed().utf8.elementsEqual(parts[1]), "the token of '\(text)' is its bytes")
    case nil:
        let isBasic = scheme.elementsEqual("basic".utf8) && parts.count == 2 && Base64.decode(parts[1]).map(isPair) == true
        expect(!isBasic && !(scheme.elementsEqual("bearer".utf8) && parts.count == 2), "'\(text)' is not read for a reason")
    }
}

private func expectRoundTrip(_ pair: [UInt8]) {
    let value = AuthorizationValue(parsing: "Basic " + Base64.encode(pair))
    guard isPair(pair) else { return expect(value == nil, "\(pair) is no pair") }
    guard case .basic(let user, let password)? = value else { return expect(false, "\(pair) is a pair") }
    let colon = pair.prefix { $0 != UInt8(ascii: ":") }.count
    expect(user.utf8.elementsEqual(pair[..<colon]), "the user of \(pair) ends at the first colon")
    expect(password.revealed().utf8.elementsEqual(pair[(colon + 1)...]), "the password of \(pair) is the rest")
}

private func isPair(_ bytes: [UInt8]) -> Bool {
    bytes.contains(UInt8(ascii: ":")) && String(validating: bytes, as: UTF8.self) != nil
}

/// https://www.rfc-editor.org/rfc/rfc4648#section-4, implemented independently.
private enum Base64 {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        let bits = bytes.flatMap { byte in (0..<8).map { byte >> (7 - $0) & 1 } }
        let groups = stride(from: 0, to: bits.count, by: 6).map { number(bits[$0..<min($0 + 6, bits.count)], of: 6) }
        let padding = [UInt8](repeating: UInt8(ascii: "="), count: (3 - bytes.count % 3) % 3)
        return String(decoding: groups.map { digits[$0] } + padding, as: UTF8.self)
    }

    /// nil unless the text is the canonical encoding of these bytes.
    static func decode(_ text: [UInt8]) -> [UInt8]? {
        let numbers = text.prefix { $0 != UInt8(ascii: "=") }.compactMap(digits.firstIndex)
        let bits = numbers.flatMap { number in (0..<6).map { UInt8(number >> (5 - $0) & 1) } }
        let bytes = stride(from: 0, to: bits.count - bits.count % 8, by: 8).map { UInt8(number(bits[$0..<($0 + 8)], of: 8)) }
        return encode(bytes).utf8.elementsEqual(text) ? bytes : nil
    }

    private static func number(_ bits: ArraySlice<UInt8>, of count: Int) -> Int {
        bits.reduce(0) { $0 << 1 | Int($1) } << (count - bits.count)
    }
}
