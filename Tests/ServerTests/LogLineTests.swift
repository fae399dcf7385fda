import Foundation
import Logging
import Server
import Testing

@Suite("Log lines")
struct LogLineTests {
    private static let date = Date(timeIntervalSince1970: 1_790_000_000.007)

    @Test("A text line has the time, the level, the message and the fields sorted by name")
    func text() {
        let line = LogLine(.notice, "request", [("status", "200"), ("client", "127.0.0.1")])
        #expect(line.rendered(as: .text, at: Self.date) == "2026-09-21T14:13:20.007Z NOTICE request client=127.0.0.1 status=200")
    }

    @Test(
        "A value that is not a single word is quoted, so that it can neither end the line nor look like another field",
        arguments: [
            ("", #""""#), ("two words", #""two words""#), ("a=b", #""a=b""#), ("\"", #""\"""#), ("a\\b c", #""a\\b c""#),
            ("a\nb", #""a\u{a}b""#), ("\u{1B}[2J", #""\u{1b}[2J""#), ("\u{85}", #""\u{85}""#), ("h\u{E9}", "\"h\u{E9}\""),
            ("plain", "plain"),
        ])
    func quoting(_ value: String, _ expected: String) {
        let line = LogLine(.info, "m", [("field", value)]).rendered(as: .text, at: Self.date)
        #expect(line.hasSuffix(" INFO m field=\(expected)"))
        #expect(!line.contains("\n"))
    }

    @Test("A message cannot start another line", arguments: ["a\nb", "a\r\nb", "a\u{0}b"])
    func message(_ message: String) {
        let line = LogLine(.info, message, []).rendered(as: .text, at: Self.date)
        #expect(line.utf8.allSatisfy { $0 >= 0x20 })
    }

    @Test("Numbers are numbers in JSON; text that looks like a number is a string")
    func numbers() {
        let fields = [("status", "200"), ("account", "42"), ("milliseconds", "-1"), ("odd", "x")]
        let line = LogLine(.info, "m", fields, numbers: ["status", "milliseconds", "odd"]).rendered(as: .json, at: Self.date)
        for member in [#""status":200"#, #""account":"42""#, #""milliseconds":-1"#, #""odd":"x""#] {
            #expect(line.contains(member), "\(line)")
        }
    }

    @Test("JSON has the same values, and fields do not replace the event's own members")
    func json() throws {
        let line = LogLine(.error, "a\n\"b\"", [("status", "200"), ("level", "none")]).rendered(as: .json, at: Self.date)
        let members = try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
        #expect(members == ["time": "2026-09-21T14:13:20.007Z", "level": "error", "message": "a\n\"b\"", "status": "200"])
    }

    @Test("No line contains the secret of an API key", arguments: LogFormat.allCases)
    func secrets(_ format: LogFormat) {
        let secret = String(repeating: "s", count: 49)
        let line = LogLine(.info, "m", [("path", "/a?lm_abcdefghijkl_\(secret)")]).rendered(as: format, at: Self.date)
        #expect(!line.contains("sssss") && line.contains("<redacted>"))
    }

    @Test("No field of a line and no message contains an API key in an encoded form", arguments: LogFormat.allCases)
    func encodedSecrets(_ format: LogFormat) {
        let key = "lm_abcdefghijkl_\(String(repeating: "s", count: 49))"
        let base64 = Data("admin:\(key)".utf8).base64EncodedString()
        let hexadecimal = key.utf8.map { String($0, radix: 16) }.joined()
        for text in [base64, hexadecimal, "/v2/x.example/y/manifests/\(hexadecimal)", key.utf8.map(String.init).joined(separator: "-")] {
            let line = LogLine(.info, text, [("path", text), ("account", "admin")]).rendered(as: format, at: Self.date)
            #expect(!line.contains(text) && line.ranges(of: "<redacted>").count == 2 && line.contains("admin"), "\(line)")
        }
    }

    @Test(
        "Times are correct across seconds",
        arguments: [
            (0, "14:13:20.000Z"), (1, "14:13:20.001Z"), (999, "14:13:20.999Z"), (1000, "14:13:21.000Z"), (39_999, "14:13:59.999Z"),
            (40_000, "14:14:00.000Z"), (20, "14:13:20.020Z"),
        ])
    func times(_ milliseconds: Int, _ expected: String) {
        for _ in 0..<2 {
            let date = Date(timeIntervalSince1970: 1_790_000_000 + Double(milliseconds) / 1000)
            #expect(LogLine(.info, "m", []).rendered(as: .text, at: date).hasPrefix("2026-09-21T" + expected))
        }
    }
}
