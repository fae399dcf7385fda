import Testing
import Wire

@Suite("Strict parsing of JSON")
struct JSONStrictnessTests {
    @Test(
        "A duplicate member is refused with its name, in any spelling",
        arguments: [
            (#"{"a":1,"a":1}"#, "a"),
            (#"{"a":1,"b":2,"a":3}"#, "a"),
            (#"{"a":1,"\u0061":2}"#, "a"),
            (#"{"\u0070assword":"x","password":"y"}"#, "password"),
            (#"[{"x":{"b":null,"b":null}}]"#, "b"),
            (#"{"":1,"":2}"#, ""),
            (#"{"\ud83d\udc33":1,"🐳":2}"#, "🐳"),
        ])
    func duplicates(_ text: String, _ name: String) {
        #expect(throws: JSONError.duplicateMember(name)) { try JSONReader.read(Array(text.utf8)) }
    }

    @Test("The same member in different objects is not a duplicate")
    func notDuplicates() throws {
        _ = try JSONReader.read(Array(#"{"a":{"a":[{"a":1},{"a":1}]},"A":1,"a ":1}"#.utf8))
    }

    @Test(
        "16 levels of arrays and objects are accepted, 17 are refused",
        arguments: [("[", "]"), (#"{"a":"#, "}"), (#"[{"a":"#, "}]"), (#"{"a":["#, "]}")])
    func depth(_ open: String, _ close: String) throws {
        let levels = open.count(where: { "[{".contains($0) })
        func nested(_ depth: Int, _ inner: String) -> [UInt8] {
            let count = depth / levels
            return Array((String(repeating: open, count: count) + inner + String(repeating: close, count: count)).utf8)
        }
        for inner in ["1", #""x""#, "null"] {
            _ = try JSONReader.read(nested(16, inner))
        }
        for inner in ["[]", "{}", "[1]", "["] {
            #expect(throws: JSONError.tooDeep(limit: 16)) { try JSONReader.read(nested(16, inner)) }
        }
    }

    @Test("Sibling values do not increase the nesting depth")
    func siblings() throws {
        let text = "[" + Array(repeating: #"[[],{"a":[]}]"#, count: 100).joined(separator: ",") + "]"
        _ = try JSONReader.read(Array(text.utf8))
    }

    @Test("JSON in UTF-16 and UTF-32 is refused, with and without a byte order mark", arguments: [#"{"a":1}"#, "1", "[]", #""é🐳""#])
    func otherEncodings(_ text: String) {
        let little = text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
        let big = text.utf16.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
        let wide = text.unicodeScalars.flatMap { scalar in (0..<4).map { UInt8(truncatingIfNeeded: scalar.value >> ($0 * 8)) } }
        for bytes in [little, big, [0xFF, 0xFE] + little, [0xFE, 0xFF] + big, wide, [0xFF, 0xFE, 0, 0] + wide] {
            #expect(throws: JSONError.notUTF8) { try JSONReader.read(bytes) }
        }
    }

    @Test("A byte order mark before UTF-8 is refused (RFC 8259, section 8.1)")
    func byteOrderMark() {
        #expect(throws: JSONError.syntax(offset: 0)) { try JSONReader.read([0xEF, 0xBB, 0xBF] + Array("{}".utf8)) }
    }

    @Test(
        "Bytes that are not valid UTF-8 are refused",
        arguments: [
            [0x80], [0xC0, 0xAF], [0xC1, 0xA2], [0xE0, 0x80, 0xAF], [0xF0, 0x80, 0x80, 0xAF], [0xED, 0xA0, 0xBD],
            [0xED, 0xA0, 0xBD, 0xED, 0xB0, 0xB3],
            [0xF4, 0x90, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFE], [0xFF], [0xE2, 0x82], [0xC3], [0x00], [0xC0, 0x80],
        ] as [[UInt8]])
    func invalidUTF8(_ bytes: [UInt8]) {
        for text in [bytes, Array("\"".utf8) + bytes + Array("\"".utf8), Array("{}".utf8) + bytes] {
            #expect(throws: JSONError.notUTF8) { try JSONReader.read(text) }
        }
    }
}
