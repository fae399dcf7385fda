import Glibc

/// The standard streams and the terminal of the process.
package struct SystemConsole: Console {
    private static let maximumInput = 1 << 20

    /// Opens standard streams that are closed, so that no connection receives their descriptor numbers.
    package init() {
        for number in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(number, F_GETFD) < 0 {
            _ = open("/dev/null", O_RDONLY)
        }
    }

    package var inputIsTerminal: Bool { isatty(STDIN_FILENO) == 1 }
    package var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    package func write(_ line: String) throws {
        do {
            try Descriptor(STDOUT_FILENO).write(line + "\n")
        } catch  where error.errno == EPIPE {
            // The reader closed the pipe, as `head` does.
            throw CommandFailure.reported
        } catch {
            throw CommandFailure("Writing to standard output failed: \(error)")
        }
    }

    package func report(_ line: String) {
        // A failure to write to standard error cannot be reported.
        try? Descriptor(STDERR_FILENO).write(line + "\n")
    }

    package func show(_ line: String) {
        try? Descriptor(STDERR_FILENO).write("\r\u{1B}[K" + line)
    }

    package func ask(_ prompt: String, hidden: Bool) throws -> String? {
        let terminal = Descriptor.terminal() ?? Descriptor(STDIN_FILENO)
        defer { terminal.closeUnlessStandard() }
        let output = terminal.isStandard ? Descriptor(STDERR_FILENO) : terminal
        try output.write(prompt)
        guard hidden else { return try line(from: terminal) }
        let answer = try HiddenLine.read(from: terminal)
        try output.write("\n")
        switch answer {
        case .line(let bytes): return try String(utf8: bytes)
        case .endOfInput: return nil
        case .interrupted:
            Self.interrupt()
            throw CommandFailure("Interrupted")
        }
    }

    package func readLine() throws -> String? {
        try line(from: Descriptor(STDIN_FILENO))
    }

    package func readToEnd() throws -> [UInt8] {
        let input = Descriptor(STDIN_FILENO)
        var bytes: [UInt8] = []
        while bytes.count <= Self.maximumInput {
            let part = try input.read(upTo: 4096)
            if part.isEmpty { return bytes }
            bytes += part
        }
        throw CommandFailure("Standard input is too long for a password: the limit is 1 MiB")
    }

    /// Sends SIGINT, as Ctrl-C usually does, after the terminal's settings were restored.
    private static func interrupt() {
        // The threads that run tasks block signals.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        raise(SIGINT)
    }

    /// Reads byte by byte, so that the following lines stay unread in the input.
    private func line(from input: Descriptor) throws -> String? {
        var bytes: [UInt8] = []
        while let byte = try input.read(upTo: 1).first {
            if byte == UInt8(ascii: "\n") { return try String(utf8: bytes) }
            guard bytes.count < Self.maximumInput else { throw CommandFailure("A line of standard input is too long") }
            bytes.append(byte)
        }
        return bytes.isEmpty ? nil : try String(utf8: bytes)
    }
}
