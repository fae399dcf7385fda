import Testing

@testable import Commands

@Suite struct LineEditorTests {
    @Test(
        "Keys make a line, or end it",
        arguments: [
            ("secret\n", .line(Array("secret".utf8))), ("secret\r", .line(Array("secret".utf8))), ("\n", .line([])),
            ("a\u{7F}\u{7F}b\u{08}c\n", .line(Array("c".utf8))), ("aé\u{7F}b\n", .line(Array("ab".utf8))),
            ("wrong\u{15}right\n", .line(Array("right".utf8))), ("a\u{04}b\u{1A}\n", .line(Array("ab".utf8))),
            ("\u{04}", .endOfInput), ("abc\u{03}", .interrupted), ("abc\u{1C}", .interrupted),
        ] as [(String, HiddenLine.Answer)])
    func keys(typed: String, answer: HiddenLine.Answer) {
        var editor = LineEditor()
        let answers = typed.utf8.compactMap { editor.press($0) }
        #expect(answers == [answer])
    }

    @Test("A line that a hang-up ends is a line; without one there is none")
    func end() {
        var editor = LineEditor()
        #expect(editor.end() == .endOfInput)
        #expect(editor.press(UInt8(ascii: "a")) == nil)
        #expect(editor.end() == .line([UInt8(ascii: "a")]))
    }
}
