/// Standard input, output and error.
package protocol Console: Sendable {
    /// Whether standard input is a terminal.
    var inputIsTerminal: Bool { get }
    /// Whether standard error is a terminal.
    var errorIsTerminal: Bool { get }
    /// Prints a line to standard output.
    func write(_ line: String) throws
    /// Prints a line to standard error.
    func report(_ line: String)
    /// Replaces the last line on standard error, which stays without a line break; an empty text clears it.
    func show(_ line: String)
    /// Prompts at the terminal and reads a line; nil at the end of the input.
    func ask(_ prompt: String, hidden: Bool) throws -> String?
    /// The next line of standard input, without its line break; nil at the end.
    func readLine() throws -> String?
    /// The rest of standard input.
    func readToEnd() throws -> [UInt8]
}

extension Console {
    /// Prompts for a line if standard input is a terminal, and otherwise reads the next line; empty at the end of the input.
    func answer(_ prompt: String, hidden: Bool = false) throws -> String {
        (inputIsTerminal ? try ask(prompt, hidden: hidden) : try readLine()) ?? ""
    }

    /// Reads a password from the rest of the input, without one final line break, which `echo` and editors append.
    func password() throws -> String {
        var bytes = try readToEnd()
        if bytes.last == UInt8(ascii: "\n") {
            bytes.removeLast()
            if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        }
        guard !bytes.isEmpty else { throw CommandFailure("The password on standard input is empty") }
        return try String(utf8: bytes)
    }
}

extension String {
    /// - Throws: ``CommandFailure`` if the bytes are not UTF-8.
    init(utf8 bytes: [UInt8]) throws {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure("Standard input is not UTF-8 text")
        }
        self = text
    }

    /// With control characters, which a terminal would interpret, replaced by U+FFFD; line breaks and tabs stay.
    var printable: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { scalar in
                    scalar.properties.generalCategory == .control && scalar != "\n" && scalar != "\t" ? "\u{FFFD}" : scalar
                }))
    }

    /// Printable text on one line, for a cell or a name.
    var printableLine: String {
        String(String.UnicodeScalarView(printable.unicodeScalars.map { $0 == "\n" || $0 == "\t" ? " " : $0 }))
    }
}
