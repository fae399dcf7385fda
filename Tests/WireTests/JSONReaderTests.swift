import Testing
import Wire

@Suite("Parsing JSON")
struct JSONReaderTests {
    @Test(
        "All forms of RFC 8259 are parsed",
        arguments: [
            ("null", .null),
            ("true", .bool(true)),
            ("false", .bool(false)),
            (" \t\r\n1 \t\r\n", .number("1")),
            ("0", .number("0")),
            ("-0", .number("-0")),
            ("1e5", .number("1e5")),
            ("1E+5", .number("1E+5")),
            ("-12.50e-07", .number("-12.50e-07")),
            ("1e999999", .number("1e999999")),
            ("123456789012345678901234567890", .number("123456789012345678901234567890")),
            (#""""#, .string("")),
            (#""a/b\/c""#, .string("a/b/c")),
            (#""\"\\\b\f\n\r\t""#, .string("\"\\\u{8}\u{C}\n\r\t")),
            (#""\u0041\u00e9\u20AC""#, .string("Aé€")),
            (#""\ud83d\uDC33""#, .string("🐳")),
            (#""\u0000""#, .string("\0")),
            (#""\u2028\uFFFF""#, .string("\u{2028}\u{FFFF}")),
            ("\"\u{7F}\u{2028}é🐳\"", .string("\u{7F}\u{2028}é🐳")),
            ("[]", .array([])),
            ("[ ]", .array([])),
            ("[1,\n[2] , {}]", .array([.number("1"), .array([.number("2")]), .object([:])])),
            ("{ }", .object([:])),
            (#"{"a" : 1, "b":null}"#, .object(["a": .number("1"), "b": .null])),
            (#"{"":"","A":0,"a":1}"#, .object(["": .string(""), "A": .number("0"), "a": .number("1")])),
        ] as [(String, JSON)])
    func accepts(_ text: String, _ expected: JSON) throws {
        #expect(try JSONReader.read(Array(text.utf8)) == expected)
    }

    @Test(
        "Invalid JSON numbers are refused",
        arguments: [
            "01", "00", "-01", "1.", ".5", "-", "+1", "--1", "1e", "1e+", "1.e5", "1.5.5", "0x10", "1_000", "1,5", "Infinity", "-Infinity",
            "NaN", "１", "1f", "1 2", "- 1",
        ])
    func refusesNumbers(_ text: String) {
        expectSyntaxError(text)
        expectSyntaxError("[\(text)" + (text.contains(",") ? " ,]" : "]"))
    }

    @Test(
        "Invalid JSON strings are refused",
        arguments: [
            #"""#, #""a"#, #""\""#, #""\x41""#, #""\u12""#, #""\u12G4""#, #""\u{41}""#, #""\U0041""#, #""\'""#, #""\0""#, #"'a'"#, "a",
            "\"a\nb\"", "\"a\tb\"", "\"\u{1}\"", "\"\u{1F}\"", "\"\\\n\"", #""\ud83d""#, #""\udc33""#, #""\udc33\ud83d""#,
            #""\ud83d\u0041""#, #""\ud83dx""#, #""\ud83d\n""#, #""\ud83d\ud83d""#, #""\u+041""#, #""\u 041""#, #""a" "b""#,
        ])
    func refusesStrings(_ text: String) {
        expectSyntaxError(text)
        expectSyntaxError("{\(text):1}")
    }

    @Test(
        "Invalid JSON structures are refused",
        arguments: [
            "", " ", "\n\t ", "[", "]", "{", "}", "[1", "[1,", "[1,]", "[,]", "[,1]", "[1 2]", "[1,,2]", "[1]]", "[1}", #"{"a"}"#,
            #"{"a":}"#,
            #"{"a":1,}"#, #"{,}"#, #"{"a":1 "b":2}"#, #"{"a" 1}"#, #"{"a"::1}"#, #"{a:1}"#, #"{'a':1}"#, #"{1:1}"#, #"{null:1}"#,
            #"{"a":1]"#, #"{}{}"#, "{}x", "{} null", "null,", "nul", "nulll", "True", "NULL", "undefined", "tru e", "// a\n1", "/* a */1",
            "1 // a", "# a\n1", "\u{A0}1", "1\u{2028}", "\u{C}1", "\u{B}1", "[1;2]", "(1)", ")]}',\n1",
        ])
    func refusesStructures(_ text: String) {
        expectSyntaxError(text)
    }

    @Test("A JSON syntax error contains its offset")
    func offset() {
        for (text, offset) in [("", 0), ("  ", 2), ("[1,]", 3), ("{\"a\" 1}", 5), ("1 2", 2), ("\"a\u{1}\"", 2), ("[tru]", 1)] {
            #expect(throws: JSONError.syntax(offset: offset), "\(text)") { try JSONReader.read(Array(text.utf8)) }
        }
    }

    private func expectSyntaxError(_ text: String) {
        let error = #expect(throws: JSONError.self, "\(text.debugDescription)") { try JSONReader.read(Array(text.utf8)) }
        guard case .syntax(let offset)? = error else {
            Issue.record("\(text.debugDescription): \(String(describing: error))")
            return
        }
        #expect((0...text.utf8.count).contains(offset))
    }
}
