import Domain
import FoundationEssentials
import HTTPSupport
import HTTPTypes
import Naming
import Operations
import TestSupport
import Testing

@Suite("API keys in an Authorization field")
struct PresentedKeyTests {
    private let backend: TestBackend

    init() async throws {
        backend = try await TestBackend()
    }

    private var key: String { backend.key.revealed() }

    private func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    /// The value of a field, from a pattern: `KEY` is replaced by the key, `<…>` by the base64 of its content.
    private func value(_ pattern: String) -> String {
        let text = pattern.replacing("KEY", with: key)
        guard let start = text.firstIndex(of: "<"), let end = text.lastIndex(of: ">") else { return text }
        return text[..<start] + base64(String(text[text.index(after: start)..<end])) + text[text.index(after: end)...]
    }

    private func presented(_ patterns: [String]) -> PresentedKey? {
        var headers = HTTPFields()
        headers[values: .authorization] = patterns.map(value)
        return PresentedKey(headers)
    }

    @Test(
        "The schemes Basic and Bearer are case-insensitive",
        arguments: ["Basic <admin:KEY>", "basic <admin:KEY>", "BASIC <admin:KEY>", "Bearer KEY", "bEaReR KEY"])
    func schemes(_ pattern: String) async throws {
        let attempt = try #require(presented([pattern]))
        #expect(attempt.keyID == backend.key.keyID)
        #expect(try await backend.backend.authenticate(attempt).account.name.description == "admin")
    }

    @Test(
        "The user name must be the key's own account, case-sensitively",
        arguments: [
            "ADMIN", "Admin", " admin", "admin ", "", "root", "admin<NUL>", "\u{430}dmin", "admin\n", "ad", "admin2", "\u{FF41}dmin",
        ])
    func accounts(_ account: String) async throws {
        let attempt = try #require(presented(["Basic <\(account.replacing("<NUL>", with: "\u{0}")):KEY>"]))
        await #expect(throws: RequestError.unauthenticated) { try await backend.backend.authenticate(attempt) }
    }

    @Test(
        "A malformed field counts as a wrong key",
        arguments: [
            "", " ", "Basic", "Basic ", "Bearer", "Bearer ", "KEY", "<admin:KEY>", "admin:KEY", "Basic admin:KEY", "Basic KEY",
            "Basic <KEY>",
            "Basic <admin>", "Basic <admin:>", "Basic <:>", "Basic <>", "Basic <admin:KEY:>", "Basic <admin::KEY>", "Basic <admin:x:KEY>",
            "Basic <admin:KEY >", "Basic <admin: KEY>", "Basic ====", "Basic <admin:KEY>!", "Basic  <admin:KEY>", "Basic <admin:KEY> x",
            "Bearer KEYx", "Bearer x KEY", "Bearer <KEY>", "Bearer admin:KEY", "Bearer KEY, Bearer KEY", "Digest KEY", "Token KEY",
            "Basic,<admin:KEY>", "Basic:<admin:KEY>", "Bearer lm_", "Bearer lm_aaaaaaaaaaaa_bbbb", "Basic <admin:password>",
        ])
    func unreadable(_ pattern: String) async throws {
        let attempt = try #require(presented([pattern]))
        #expect(attempt.keyID == nil)
        await #expect(throws: RequestError.unauthenticated) { try await backend.backend.authenticate(attempt) }
    }

    @Test("Credentials that are not UTF-8, or in another base64 alphabet, are invalid")
    func bytes() throws {
        let pair = Data("admin:".utf8) + [0xFF, 0xFE] + Data(key.utf8)
        let unpadded = base64("x:\(key)").replacing("=", with: "")
        for value in [
            pair.base64EncodedString(), unpadded + "*", base64("a\u{FF}?>:\(key)").replacing("/", with: "_").replacing("+", with: "-"),
        ] {
            let attempt = try #require(presented(["Basic \(value)"]))
            #expect(attempt.keyID == nil)
        }
    }

    @Test("Two Authorization fields are rejected, even if one is valid")
    func two() throws {
        let right = "Basic <admin:KEY>"
        for pair in [[right, right], [right, "Bearer x"], ["Bearer x", right], [right, ""]] {
            #expect(try #require(presented(pair)).keyID == nil)
        }
    }

    @Test("A request without an Authorization field presents no key")
    func none() {
        #expect(presented([]) == nil)
        #expect(PresentedKey([.cookie: "Authorization=Bearer x"]) == nil)
        #expect(PresentedKey([.proxyAuthorization: "Bearer \(key)"]) == nil)
    }
}

@Suite("Parsing of Authorization values")
struct AuthorizationValueTests {
    private func basic(_ pair: String) -> AuthorizationValue? {
        AuthorizationValue(parsing: "Basic " + Data(pair.utf8).base64EncodedString())
    }

    @Test(
        "The user name ends at the first colon; the password may contain more of them",
        arguments: [
            ("a:b", "a", "b"), ("a:b:c", "a", "b:c"), (":", "", ""), ("a:", "a", ""), (":b", "", "b"), ("a::", "a", ":"),
            ("ä:ö", "ä", "ö"), ("a:\u{301}b:c", "a", "\u{301}b:c"), ("a:\u{200D}b", "a", "\u{200D}b"), ("a:\r\n", "a", "\r\n"),
        ])
    func pairs(_ pair: String, _ user: String, _ password: String) {
        #expect(basic(pair) == .basic(user: user, password: Secret(password)))
    }

    @Test(
        "Only the canonical base64 encoding is accepted",
        arguments: [
            "YTpi=", "YTpi==", "YTpi====", "YTpjZA", "YTpjZA=", "YTpjZA===", "YTpjZB==", "YTpi\n", " YTpi", "YTpi ", "YT==pi", "YQ==YTpi",
            "=YTpi", "YTr_", "YTpi\u{301}",
        ])
    func spellings(_ encoded: String) {
        #expect(basic("a:b") == AuthorizationValue(parsing: "Basic YTpi"))
        #expect(AuthorizationValue(parsing: "Basic " + encoded) == nil)
    }

    @Test("A bearer token is taken unchanged")
    func tokens() {
        #expect(AuthorizationValue(parsing: "bearer a b:\u{301}") == .bearer(Secret("a b:\u{301}")))
        #expect(AuthorizationValue(parsing: "Bearer \u{301}a") == .bearer(Secret("\u{301}a")))
        #expect(AuthorizationValue(parsing: "Bearer ") == nil)
    }
}
