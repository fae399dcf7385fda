import Domain
import FoundationEssentials
import TestSupport
import Testing

@testable import RegistryClient

@Suite("What a realm answers")
struct TokenAnswerTests {
    @Test(
        "A token is found under either name",
        arguments: [
            #"{"token":"abc"}"#, #"{"access_token":"abc"}"#, #"{"token":"abc","access_token":"abc"}"#,
            #"{"token":"","access_token":"abc"}"#,
            #"{"token":null,"access_token":"abc"}"#, #"{"token":"abc","access_token":""}"#,
            #" { "token" : "abc", "issued_at": "2026-01-01T00:00:00Z", "refresh_token": 1, "else": [{}] } "#,
        ])
    func found(_ answer: String) {
        #expect(Token(answer: Array(answer.utf8))?.authorization.revealed() == "Bearer abc")
    }

    @Test(
        "An answer without a token that can be sent has none",
        arguments: [
            "", "{}", "[]", "null", "abc", #""abc""#, #"{"token":"abc""#, #"{"token":""}"#, #"{"token":1}"#, #"{"token":["abc"]}"#,
            #"{"token":null}"#, #"{"Token":"abc"}"#, #"{"token":"a b"}"#, #"{"token":"a\r\nHost: evil"}"#, #"{"token":"é"}"#,
            #"{"token":"a\u0000"}"#, #"{"access_token":{"token":"abc"}}"#, #"{"token":"abc","expires_in":"60"}"#, "<html></html>",
        ])
    func none(_ answer: String) {
        #expect(Token(answer: Array(answer.utf8)) == nil)
    }

    @Test(
        "A token holds for a minute at least, and for as long as the realm says",
        arguments: [("", 60), (#","expires_in":null"#, 60), (#","expires_in":0"#, 60), (#","expires_in":-1"#, 60)]
            + [(#","expires_in":59"#, 60), (#","expires_in":61"#, 61), (#","expires_in":43200"#, 43200)])
    func lifetime(_ member: String, _ seconds: Int) {
        #expect(Token(answer: Array(#"{"token":"abc"\#(member)}"#.utf8))?.lifetime == .seconds(seconds))
    }

    @Test("A token cannot be printed")
    func silent() throws {
        let token = try #require(Token(answer: Array(#"{"token":"abc123"}"#.utf8)))
        var text = "\(token) \(String(reflecting: token))"
        dump(token, to: &text)
        #expect(!text.contains("abc123"))
    }

    @Test("The claim of a JWT says what is granted", arguments: ClaimRow.all)
    func claims(_ row: ClaimRow) {
        #expect(Grants(claimedBy: Self.token(row.claims), on: "team/image") == row.granted)
    }

    @Test(
        "Nothing is known from any other token",
        arguments: [
            "opaque", "", ".", "..", "a.b", "a.!.c", "a.\(Canary.base64(#"{"access":[]}"#)).c.d", "a.\(Canary.base64("x")).c",
            "ghu_16C7e42F292c6912E7710c838347Ae178B4a", "\(String(repeating: ".", count: 60_000))",
        ])
    func opaque(_ token: String) {
        #expect(Grants(claimedBy: Secret(token), on: "team/image") == Grants())
    }

    private static func token(_ claims: String) -> Secret {
        let middle = Canary.base64(claims).replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        return Secret("e30.\(middle).c2ln")
    }
}

struct ClaimRow: Sendable, CustomTestStringConvertible {
    let claims: String
    let granted: Grants

    init(_ claims: String, _ pull: Grant, _ push: Grant) {
        self.claims = claims
        granted = Grants(pull: pull, push: push)
    }

    var testDescription: String { claims }

    private static func entry(_ actions: String, name: String = "team/image", type: String = "repository") -> String {
        #"{"type":"\#(type)","name":"\#(name)","actions":[\#(actions)]}"#
    }

    static let all = [
        ClaimRow(#"{"access":[\#(entry(#""pull","push""#))]}"#, .yes, .yes),
        ClaimRow(#"{"access":[\#(entry(#""pull""#))],"sub":"é?>ÿ"}"#, .yes, .no),
        ClaimRow(#"{"access":[\#(entry(#""push""#))]}"#, .no, .yes),
        ClaimRow(#"{"access":[\#(entry(#""*""#))]}"#, .yes, .yes),
        ClaimRow(#"{"access":[\#(entry(#""delete""#))]}"#, .no, .no),
        ClaimRow(#"{"access":[\#(entry(#""pull""#)),\#(entry(#""push""#))]}"#, .yes, .yes),
        ClaimRow(#"{"access":[\#(entry(#""pull""#, type: "repository(plugin)"))]}"#, .yes, .no),
        ClaimRow(#"{"access":[]}"#, .no, .no),
        ClaimRow(#"{"access":[\#(entry(#""pull","push""#, name: "team/other"))]}"#, .no, .no),
        ClaimRow(#"{"access":[\#(entry(#""pull","push""#, name: "team/image/sub"))]}"#, .no, .no),
        ClaimRow(#"{"access":[\#(entry(#""pull","push""#, type: "registry"))]}"#, .no, .no),
        ClaimRow(#"{"access":null}"#, .unknown, .unknown),
        ClaimRow(#"{"sub":"alice"}"#, .unknown, .unknown),
        ClaimRow(#"{"access":"pull"}"#, .unknown, .unknown),
        ClaimRow(#"{"access":[{"type":"repository","name":"team/image","actions":"pull"}]}"#, .unknown, .unknown),
        ClaimRow(#"{"access":[{"type":"repository","name":"team/image"}]}"#, .unknown, .unknown),
        ClaimRow(#"["access"]"#, .unknown, .unknown),
        ClaimRow(String(repeating: #"{"access":["#, count: 3000), .unknown, .unknown),
    ]
}
