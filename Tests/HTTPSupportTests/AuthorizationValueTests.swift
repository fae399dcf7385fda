import Domain
import FoundationEssentials
import HTTPSupport
import Testing

@Suite("The value of an Authorization field")
struct AuthorizationValueTests {
    private func basic(_ pair: String) -> AuthorizationValue? {
        AuthorizationValue(parsing: "Basic " + Data(pair.utf8).base64EncodedString())
    }

    @Test(
        "A user name ends at the first colon, whatever follows it",
        arguments: [
            ("a:b", "a", "b"), ("a:b:c", "a", "b:c"), (":", "", ""), ("a:", "a", ""), (":b", "", "b"), ("a::", "a", ":"),
            ("ä:ö", "ä", "ö"), ("a:\u{301}b:c", "a", "\u{301}b:c"), ("a:\u{200D}b", "a", "\u{200D}b"), ("a:\r\n", "a", "\r\n"),
        ])
    func pairs(_ pair: String, _ user: String, _ password: String) {
        #expect(basic(pair) == .basic(user: user, password: Secret(password)))
    }

    @Test(
        "Base64 has one spelling",
        arguments: [
            "YTpi=", "YTpi==", "YTpi====", "YTpjZA", "YTpjZA=", "YTpjZA===", "YTpjZB==", "YTpi\n", " YTpi", "YTpi ", "YT==pi", "YQ==YTpi",
            "=YTpi", "YTr_", "YTpi\u{301}",
        ])
    func spellings(_ encoded: String) {
        #expect(basic("a:b") == AuthorizationValue(parsing: "Basic YTpi"))
        #expect(AuthorizationValue(parsing: "Basic " + encoded) == nil)
    }

    @Test("A token is taken as it is")
    func tokens() {
        #expect(AuthorizationValue(parsing: "bearer a b:\u{301}") == .bearer(Secret("a b:\u{301}")))
        #expect(AuthorizationValue(parsing: "Bearer \u{301}a") == .bearer(Secret("\u{301}a")))
        #expect(AuthorizationValue(parsing: "Bearer ") == nil)
    }
}
