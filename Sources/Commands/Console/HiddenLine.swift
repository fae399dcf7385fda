#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// A line typed at a terminal that does not show it.
///
/// The terminal hands over every key, Ctrl-C included, instead of sending signals: so the one place that changed its
/// settings also restores them, however the line ends.
enum HiddenLine {
    enum Answer: Equatable {
        case line([UInt8])
        case endOfInput
        case interrupted
    }

    static func read(from terminal: Descriptor) throws -> Answer {
        var before = termios()
        guard tcgetattr(terminal.number, &before) == 0 else { throw Descriptor.Failure(errno: errno) }
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO | ECHONL | ICANON | ISIG)
        withUnsafeMutableBytes(of: &silent.c_cc) { keys in
            keys[Int(VMIN)] = 1
            keys[Int(VTIME)] = 0
        }
        // Not TCSAFLUSH: what was typed or pasted ahead of the prompt counts.
        guard tcsetattr(terminal.number, TCSADRAIN, &silent) == 0 else { throw Descriptor.Failure(errno: errno) }
        defer { tcsetattr(terminal.number, TCSADRAIN, &before) }
        var editor = LineEditor()
        while true {
            guard let key = try terminal.read(upTo: 1).first else { return editor.end() }
            if let answer = editor.press(key) { return answer }
        }
    }
}

/// The few keys that edit a line.
struct LineEditor {
    private var line: [UInt8] = []

    /// Takes a key; the line is done where this answers.
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

    /// A character of UTF-8 is a first byte and the ones after it, which begin with the bits 10.
    private mutating func removeCharacter() {
        while let byte = line.popLast(), byte & 0xC0 == 0x80 {}
    }
}
