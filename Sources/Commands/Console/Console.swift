/// Standard input, output and error.
package protocol Console: Sendable {
    /// Whether a person types the input.
    var inputIsTerminal: Bool { get }
    /// Whether a person watches standard error.
    var errorIsTerminal: Bool { get }
    /// Prints a line to standard output.
    func write(_ line: String) throws
    /// Prints a line to standard error.
    func report(_ line: String)
    /// Replaces the last line on standard error, which stays without a line break; an empty text clears it.
    func show(_ line: String)
    /// Asks at the terminal and waits for a line; nil at the end of the input.
    func ask(_ prompt: String, hidden: Bool) throws -> String?
    /// The next line of standard input, without its line break; nil at the end.
    func readLine() throws -> String?
    /// The rest of standard input.
    func readToEnd() throws -> [UInt8]
}

extension Console {
    /// What a person types at the prompt, or the next line of an input that nobody types; empty at its end.
    func answer(_ prompt: String, hidden: Bool = false) throws -> String {
        (inputIsTerminal ? try ask(prompt, hidden: hidden) : try readLine()) ?? ""
    }

    /// A password from the rest of the input, to the byte; a line break that ends it, as `echo` and editors write one, is not
    /// part of it.
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
    /// - Throws: ``CommandFailure`` where the bytes are no text.
    init(utf8 bytes: [UInt8]) throws {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure("Standard input is not UTF-8 text")
        }
        self = text
    }

    /// Without control characters, which a terminal would obey; line breaks and tabs stay in prose that has them.
    var printable: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { scalar in
                    scalar.properties.generalCategory == .control && scalar != "\n" && scalar != "\t" ? "\u{FFFD}" : scalar
                }))
    }

    /// In one line, for a cell or a name.
    var printableLine: String {
        String(String.UnicodeScalarView(printable.unicodeScalars.map { $0 == "\n" || $0 == "\t" ? " " : $0 }))
    }
}
