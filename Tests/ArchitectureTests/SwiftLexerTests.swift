import Testing

@Suite("The Swift lexer")
struct SwiftLexerTests {
    @Test(
        "Comments are dropped, string literals are one token, code is split into words and punctuation",
        arguments: [
            ("import Naming", ["import", "Naming"]),
            ("a // import B\nc", ["a", "c"]),
            ("a /* b /* c */ d */ e", ["a", "e"]),
            (#"f("import B // c")"#, ["f", "(", #""import B // c""#, ")"]),
            (#"a "\"b" c"#, ["a", #""\"b""#, "c"]),
            (##"a #"\"# b"##, ["a", ##"#"\"#"##, "b"]),
            ("a \"\"\"\n\"b\" try!\n\"\"\" c", ["a", "\"\"\"\n\"b\" try!\n\"\"\"", "c"]),
            (#""\(a!)""#, ["(", "a", "!", ")", #""\(a!)""#]),
            (#""\(f("x"))" b"#, ["(", "f", "(", #""x""#, ")", ")", #""\(f("x"))""#, "b"]),
            ("#if os(Linux)", ["#", "if", "os", "(", "Linux", ")"]),
            ("\"unfinished\nb", ["\"unfinished\n", "b"]),
            ("", []),
        ])
    func tokens(_ source: String, _ expected: [String]) {
        #expect(SwiftLexer.tokens(of: source).map(\.text) == expected)
    }

    @Test("A token has its line and whether it directly follows the previous one")
    func positions() {
        let tokens = SwiftLexer.tokens(of: "/* a\n */ x!\n\"\"\"\n\"\"\" !y")
        #expect(tokens.map(\.line) == [2, 2, 3, 4, 4])
        #expect(tokens.map(\.isGlued) == [false, true, false, false, true])
    }
}
