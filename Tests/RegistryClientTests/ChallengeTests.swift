import RegistryClient
import TestValues
import Testing

@Suite("WWW-Authenticate challenges")
struct ChallengeTests {
    @Test("All challenges of a field are parsed, in order", arguments: ChallengeRow.readable)
    func readable(_ row: ChallengeRow) {
        #expect(Challenge.parse(row.fields) == row.challenges)
    }

    @Test("The rest of a malformed field is ignored, and the challenges before it are used", arguments: ChallengeRow.broken)
    func broken(_ row: ChallengeRow) {
        #expect(Challenge.parse(row.fields) == row.challenges)
    }

    @Test("Scheme and parameter names are case-insensitive")
    func caseOfNames() {
        #expect(
            Challenge.parse(["BASIC Realm=\"A\""]) == [Challenge(scheme: "basic", parameters: ["realm": "A"])])
    }

    @Test("The parser terminates on random bytes", arguments: 0..<20)
    func random(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        // Mostly characters of the grammar, so that each branch is covered often.
        let alphabet = Array(" ,=\"\\\t/abBcC\u{0}é%".utf8) + [0xFF, 0x80]
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0...60, using: &generator)).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
            let challenges = Challenge.parse([String(decoding: bytes, as: UTF8.self)])
            #expect(challenges.allSatisfy { !$0.scheme.isEmpty && $0.scheme == $0.scheme.lowercased() })
        }
    }

    @Test("A long field is parsed in a short time")
    func long() {
        let field = String(repeating: "Basic realm=\"a\", ", count: 5000) + String(repeating: "\"", count: 5000)
        let elapsed = ContinuousClock().measure {
            #expect(Challenge.parse([field]).count == 5000)
        }
        #expect(elapsed < .seconds(2))
    }
}

struct ChallengeRow: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let fields: [String]
    let challenges: [Challenge]

    init(_ testDescription: String, _ fields: [String], _ challenges: [Challenge]) {
        self.testDescription = testDescription
        self.fields = fields
        self.challenges = challenges
    }

    static let basic = Challenge(scheme: "basic", parameters: ["realm": "a"])
    static let bearer = Challenge(scheme: "bearer", parameters: ["realm": "https://a.example/t", "service": "s"])

    static let readable = [
        ChallengeRow("no field", [], []),
        ChallengeRow("one", [#"Basic realm="a""#], [basic]),
        ChallengeRow("without parameters", ["Negotiate"], [Challenge(scheme: "negotiate")]),
        ChallengeRow("two in one field", [#"Basic realm="a", Bearer realm="https://a.example/t",service="s""#], [basic, bearer]),
        ChallengeRow("two fields", [#"Bearer realm="https://a.example/t",service="s""#, #"Basic realm="a""#], [bearer, basic]),
        ChallengeRow("no parameters, then another", [#"Negotiate, Basic realm="a""#], [Challenge(scheme: "negotiate"), basic]),
        ChallengeRow("values without quotes", ["Basic realm=a"], [basic]),
        ChallengeRow("white space around commas", ["Bearer realm=\"https://a.example/t\" ,\t service=\"s\" "], [bearer]),
        ChallengeRow("empty list elements", [#", ,Basic realm="a",,"#], [basic]),
        ChallengeRow("the last of two equal parameters", [#"Basic realm="b", realm="a""#], [basic]),
        ChallengeRow(
            "a comma in quotes", [#"Bearer scope="repository:a:pull,push",service="s""#],
            [Challenge(scheme: "bearer", parameters: ["scope": "repository:a:pull,push", "service": "s"])]),
        ChallengeRow(
            "escaped quotes", [#"Basic realm="say \"a, b\" and \\""#],
            [Challenge(scheme: "basic", parameters: ["realm": #"say "a, b" and \"#])]),
        ChallengeRow(
            "a scheme's name in quotes", [#"Bearer realm="x, Basic realm=y""#],
            [Challenge(scheme: "bearer", parameters: ["realm": "x, Basic realm=y"])]),
        ChallengeRow("an empty value", [#"Basic realm="""#], [Challenge(scheme: "basic", parameters: ["realm": ""])]),
        ChallengeRow(
            "UTF-8 in quotes", [#"Basic realm="é", charset="UTF-8""#],
            [Challenge(scheme: "basic", parameters: ["realm": "é", "charset": "UTF-8"])]),
        // https://www.rfc-editor.org/rfc/rfc7235#section-2.1: white space around "=" is bad, but accepted.
        ChallengeRow("white space around =", [#"Basic realm = "a""#], [basic]),
        ChallengeRow("token68, then another", [#"NTLM TlRMTVNTUAAB+/8==, Basic realm="a""#], [Challenge(scheme: "ntlm"), basic]),
    ]

    static let broken = [
        ChallengeRow("empty", [""], []),
        ChallengeRow("commas", [", ,,"], []),
        ChallengeRow("only a parameter's rest", [#"="a""#], []),
        ChallengeRow("an unterminated quote", [#"Basic realm="a"#], [Challenge(scheme: "basic")]),
        ChallengeRow("an unterminated escape", [#"Basic realm="a\"#], [Challenge(scheme: "basic")]),
        ChallengeRow("quotes alone", [#""Basic""#], []),
        ChallengeRow("a challenge, then rubbish", [#"Basic realm="a" @@@ Bearer realm="b""#], [basic]),
        ChallengeRow("a control byte", ["Ba\u{0}sic realm=\"a\""], [Challenge(scheme: "ba")]),
        ChallengeRow("rubbish, then a good field", ["@@@", #"Basic realm="a""#], [basic]),
        ChallengeRow("not ASCII", ["Bäsic"], [Challenge(scheme: "b")]),
    ]
}
