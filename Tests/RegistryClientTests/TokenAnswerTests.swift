import Domain
import FoundationEssentials
import TestSupport
import Testing

@testable import RegistryClient

@Suite("Responses of token realms")
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
        #expect(Token(response: Array(answer.utf8))?.authorization.revealed() == "Bearer abc")
    }

    @Test(
        "A response without a usable token has no token",
        arguments: [
            "", "{}", "[]", "null", "abc", #""abc""#, #"{"token":"abc""#, #"{"token":""}"#, #"{"token":1}"#, #"{"token":["abc"]}"#,
            #"{"token":null}"#, #"{"Token":"abc"}"#, #"{"token":"a b"}"#, #"{"token":"a\r\nHost: evil"}"#, #"{"token":"é"}"#,
            #"{"token":"a\u0000"}"#, #"{"access_token":{"token":"abc"}}"#, "<html></html>",
        ])
    func none(_ answer: String) {
        #expect(Token(response: Array(answer.utf8)) == nil)
    }

    @Test(
        "A token is valid for the time that the realm states, between a minute and an hour",
        arguments: [
            ("0", 60), ("-1", 60), ("-5", 60), ("59", 60), ("61", 61), ("61.5", 61.5), ("1e3", 1000), ("3600", 3600), ("3601", 3600),
            ("43200", 3600), ("86400", 3600), (#""60""#, 60), (#""61""#, 61), (#""300""#, 300), (#""43200""#, 3600), (#""1e3""#, 1000),
        ])
    func lifetime(_ text: String, _ seconds: Double) {
        let answer = #"{"token":"abc","expires_in":\#(text)}"#
        #expect(Token(response: Array(answer.utf8))?.lifetime == .seconds(seconds))
    }

    @Test(
        "A token with an invalid or implausible lifetime is valid for a minute",
        arguments: [
            "null", "true", "[]", "{}", "[300]", "\"\"", #""soon""#, #"" 300""#, #""300 s""#, #""nan""#, #""inf""#, #""-300""#, "86401",
            "9999999999", "1e13", "1e300", "-1e300", #""9999999999""#, #""1e300""#, "18446744073709551616",
        ])
    func incredible(_ text: String) {
        let answer = #"{"token":"abc","expires_in":\#(text)}"#
        #expect(Token(response: Array(answer.utf8))?.lifetime == .seconds(60))
    }

    @Test(
        "A token without a stated lifetime is valid for a minute, regardless of its own expiry", arguments: [nil, 600, 7200] as [Double?])
    func noLifetime(_ end: Double?) {
        #expect(Self.answer(lifetime: nil, end: end)?.lifetime == .seconds(60))
    }

    @Test(
        "With an implausible lifetime, the JWT's expiry applies, between a minute and an hour",
        arguments: [
            (86401, 600, 600), (90000, 600, 600), (9_999_999_999, 600, 600), (90000, 3601, 3600), (90000, 1e9, 3600), (90000, 1e200, 3600),
            (90000, 30, 60), (90000, -600, 60), (90000, nil, 60), (86400, 600, 3600), (300, 600, 300), (900, 600, 900),
        ] as [(Double, Double?, Double)])
    func jwt(_ lifetime: Double, _ end: Double?, _ seconds: Double) {
        #expect(Self.answer(lifetime: lifetime, end: end)?.lifetime == .seconds(seconds))
    }

    @Test("A JWT whose expiry is not a number is valid for a minute", arguments: [#""soon""#, "null", "true", "[]"])
    func unreadableEnd(_ end: String) {
        let token = Self.token(#"{"exp":\#(end)}"#).revealed()
        let answer = #"{"token":"\#(token)","expires_in":90000}"#
        #expect(Token(response: Array(answer.utf8))?.lifetime == .seconds(60))
    }

    /// Runs in a separate process, because the conversion of such a number may trap.
    @Test("A JWT with an extreme negative expiry is treated as expired")
    func impossibleEnd() async {
        await #expect(processExitsWith: .success) {
            let claims = Canary.base64(#"{"exp":-1e300}"#).replacing("=", with: "")
            let answer = #"{"token":"e30.\#(claims).c2ln","expires_in":90000}"#
            try #require(Token(response: Array(answer.utf8))?.lifetime == .seconds(60))
        }
    }

    /// A realm's response with a JWT, at the start of 1970.
    ///
    /// - Parameter end: in seconds since then; nil for a JWT without an expiry.
    private static func answer(lifetime: Double?, end: Double?) -> Token? {
        let token = token(end.map { #"{"exp":\#($0)}"# } ?? "{}").revealed()
        let member = lifetime.map { #","expires_in":\#($0)"# } ?? ""
        return Token(response: Array(#"{"token":"\#(token)"\#(member)}"#.utf8), now: Date(timeIntervalSince1970: 0))
    }

    @Test("A token cannot be printed")
    func silent() throws {
        let token = try #require(Token(response: Array(#"{"token":"abc123"}"#.utf8)))
        var text = "\(token) \(String(reflecting: token))"
        dump(token, to: &text)
        #expect(!text.contains("abc123"))
    }

    @Test("The access claim of a JWT shows the granted rights", arguments: ClaimRow.all)
    func claims(_ row: ClaimRow) {
        #expect(Grants(claimedBy: Self.token(row.claims), on: "team/image") == row.granted)
    }

    @Test(
        "Other tokens leave the rights unknown",
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
