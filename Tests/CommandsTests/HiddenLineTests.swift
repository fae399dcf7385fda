import Dispatch
import Testing

@testable import Commands

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

@Suite struct HiddenLineTests {
    @Test(
        "A terminal does not show what is typed, and is as before afterwards, after Ctrl-C too",
        .timeLimit(.minutes(1)),
        arguments: [("secret\n", .line(Array("secret".utf8))), ("sec\u{03}", .interrupted)] as [(String, HiddenLine.Answer)])
    func typing(keys: String, answer: HiddenLine.Answer) async throws {
        let terminal = try PseudoTerminal()
        defer { terminal.close() }
        let before = terminal.modes
        #expect(before & tcflag_t(ECHO) != 0)
        let line = Task { try await Self.read(from: terminal.device) }
        while terminal.modes & tcflag_t(ECHO) != 0 { try await Task.sleep(for: .milliseconds(1)) }
        try terminal.person.write(keys)
        #expect(try await line.value == answer)
        #expect(terminal.modes == before)
        try terminal.device.write("!")
        #expect(try terminal.person.read(upTo: 100) == Array("!".utf8))
    }

    /// On a thread of its own: it waits there for the keys.
    private static func read(from terminal: Descriptor) async throws -> HiddenLine.Answer {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Result { try HiddenLine.read(from: terminal) })
            }
        }
    }
}

/// A terminal without a screen: the person's end and the program's.
private struct PseudoTerminal: Sendable {
    let person: Descriptor
    let device: Descriptor

    init() throws {
        var numbers: (Int32, Int32) = (-1, -1)
        try #require(openpty(&numbers.0, &numbers.1, nil, nil, nil) == 0)
        person = Descriptor(numbers.0)
        device = Descriptor(numbers.1)
    }

    var modes: tcflag_t {
        var settings = termios()
        #expect(tcgetattr(device.number, &settings) == 0)
        return settings.c_lflag
    }

    func close() {
        device.closeUnlessStandard()
        person.closeUnlessStandard()
    }
}
