import Testing
import Wire

@Suite("Large texts that are not JSON", .serialized)
struct JSONLimitTests {
    private static let size = 64 * 1024

    private static let texts = [
        LargeText("arrays", String(repeating: "[", count: size)),
        LargeText("objects", String(repeating: #"{"a":"#, count: size / 5)),
        LargeText("both", String(repeating: #"[{"a":"#, count: size / 6)),
        LargeText("members without objects", String(repeating: #""a":"#, count: size / 4)),
        LargeText("a string without an end", "\"" + String(repeating: "a", count: size)),
        LargeText("escapes without an end", "\"" + String(repeating: #"\u0061"#, count: size / 6)),
        LargeText("quotes", String(repeating: "\"", count: size + 1)),
        LargeText("spaces", String(repeating: " ", count: size)),
        LargeText("digits and a letter", String(repeating: "1", count: size) + "x"),
        LargeText("commas", "[1" + String(repeating: ",", count: size)),
        LargeText("numbers without an end", "[1" + String(repeating: ",1", count: size / 2)),
        LargeText("empty arrays without an end", "[[]" + String(repeating: ",[]", count: size / 3)),
        LargeText("a member many times", "{" + String(repeating: #""a":1,"#, count: size / 6)),
        LargeText("members without an end", "{" + (0..<size / 12).map { #""m\#($0)":1,"# }.joined()),
        LargeText("minus signs", String(repeating: "-", count: size)),
    ]

    /// The slowest text takes 25 to 60 ms in an unoptimized build; work that grows with the square of the size would take minutes. The best
    /// of five runs counts, because other work may run on the machine.
    @Test("64 KiB of invalid JSON are refused within 250 ms", arguments: texts)
    func refusedQuickly(_ large: LargeText) throws {
        let durations = (0..<5).map { _ in
            ContinuousClock().measure {
                _ = #expect(throws: JSONError.self, "\(large.label)") { try JSONReader.read(large.bytes) }
            }
        }
        let best = try #require(durations.min())
        #expect(best < .milliseconds(250), "\(large.label)")
    }
}

/// A test argument that is printed as its label instead of its text.
struct LargeText: Sendable, CustomTestStringConvertible {
    let label: String
    let bytes: [UInt8]

    init(_ label: String, _ text: String) {
        self.label = label
        bytes = Array(text.utf8)
    }

    var testDescription: String { label }
}
