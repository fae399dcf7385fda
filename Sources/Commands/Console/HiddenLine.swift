import Glibc

/// Reads a line from a terminal without echo.
///
/// The terminal delivers every key, including Ctrl-C, and sends no signals: the function that changes the terminal's settings
/// therefore always restores them.
enum HiddenLine {
    enum Answer: Equatable {
        case line([UInt8])
        case endOfInput
        case interrupted
    }

    static func read(from terminal: Descriptor) throws -> Answer {
        var before = termios()
        guard tcgetattr(terminal.number, &before) == 0 else { throw Descriptor.Failure(errno: errno) }
        var noEcho = before
        noEcho.c_lflag &= ~tcflag_t(ECHO | ECHONL | ICANON | ISIG)
        withUnsafeMutableBytes(of: &noEcho.c_cc) { keys in
            keys[Int(VMIN)] = 1
            keys[Int(VTIME)] = 0
        }
        // Not TCSAFLUSH, which would discard input that was typed or pasted before the prompt.
        guard tcsetattr(terminal.number, TCSADRAIN, &noEcho) == 0 else { throw Descriptor.Failure(errno: errno) }
        defer { tcsetattr(terminal.number, TCSADRAIN, &before) }
        var editor = LineEditor()
        while true {
            guard let key = try terminal.read(upTo: 1).first else { return editor.end() }
            if let answer = editor.press(key) { return answer }
        }
    }
}

/// The keys that edit a line: Backspace, Ctrl-U, Ctrl-C, Ctrl-D and Return.
struct LineEditor {
    private var line: [UInt8] = []

    /// Processes a key. Returns a result when the line is complete.
    mutating func press(_ key: UInt8) -> HiddenLine.Answer? {
        switch key {
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"): return .line(line)
        case 0x03, 0x1C: return .interrupted
        case 0x04: return line.isEmpty ? .endOfInput : nil
        case 0x08, 0x7F: removeCharacter()
        case 0x15: line = []
        case 0x1A: break
        default: line.append(key)
        }
        return nil
    }

    func end() -> HiddenLine.Answer { line.isEmpty ? .endOfInput : .line(line) }

    /// A UTF-8 character is a first byte followed by continuation bytes, which start with the bits 10.
    private mutating func removeCharacter() {
        while let byte = line.popLast(), byte & 0xC0 == 0x80 {}
    }
}
