import Dispatch
import Glibc
import Testing

@testable import Commands

@Suite struct HiddenLineTests {
    @Test(
        "Hidden input is not echoed, and the terminal's settings are restored, also after Ctrl-C",
        .timeLimit(.minutes(1)),
        arguments: [("secret\n", .line(Array("secret".utf8))), ("sec\u{03}", .interrupted)] as [(String, HiddenLine.Answer)])
    func typing(keys: String, answer: HiddenLine.Answer) async throws {
        let terminal = try PseudoTerminal()
        defer { terminal.close() }
        let before = terminal.modes
        #expect(before & tcflag_t(ECHO) != 0)
        let line = Task { try await Self.read(from: terminal.device) }
        while terminal.modes & tcflag_t(ECHO) != 0 { try await Task.sleep(for: .milliseconds(1)) }
        try terminal.keyboard.write(keys)
        #expect(try await line.value == answer)
        #expect(terminal.modes == before)
        try terminal.device.write("!")
        #expect(try terminal.keyboard.read(upTo: 100) == Array("!".utf8))
    }

    /// Reads on a thread of its own, which blocks until keys are typed.
    private static func read(from terminal: Descriptor) async throws -> HiddenLine.Answer {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Result { try HiddenLine.read(from: terminal) })
            }
        }
    }
}

/// A pseudo-terminal: the keyboard's end and the program's end.
private struct PseudoTerminal: Sendable {
    let keyboard: Descriptor
    let device: Descriptor

    init() throws {
        var numbers: (Int32, Int32) = (-1, -1)
        try #require(openpty(&numbers.0, &numbers.1, nil, nil, nil) == 0)
        keyboard = Descriptor(numbers.0)
        device = Descriptor(numbers.1)
    }

    var modes: tcflag_t {
        var settings = termios()
        #expect(tcgetattr(device.number, &settings) == 0)
        return settings.c_lflag
    }

    func close() {
        device.closeUnlessStandard()
        keyboard.closeUnlessStandard()
    }
}

@Suite struct LineEditorTests {
    @Test(
        "The line editor handles Return, Backspace, Ctrl-U, Ctrl-D and Ctrl-C",
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

    @Test("A hang-up ends a started line; without input it is the end of the input")
    func end() {
        var editor = LineEditor()
        #expect(editor.end() == .endOfInput)
        #expect(editor.press(UInt8(ascii: "a")) == nil)
        #expect(editor.end() == .line([UInt8(ascii: "a")]))
    }
}
