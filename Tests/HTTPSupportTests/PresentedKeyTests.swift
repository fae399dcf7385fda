import Domain
import FoundationEssentials
import HTTPSupport
import HTTPTypes
import Naming
import Operations
import TestSupport
import Testing

@Suite("The key in an Authorization field")
struct PresentedKeyTests {
    private let backend: TestBackend

    init() async throws {
        backend = try await TestBackend()
    }

    private var key: String { backend.key.revealed() }

    private func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    /// The value of a field, made from a pattern: `KEY` stands for the key, `<…>` for the base64 of what is in it.
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
        "Basic and Bearer are read in any case",
        arguments: ["Basic <admin:KEY>", "basic <admin:KEY>", "BASIC <admin:KEY>", "Bearer KEY", "bEaReR KEY"])
    func schemes(_ pattern: String) async throws {
        let attempt = try #require(presented([pattern]))
        #expect(attempt.keyID == backend.key.keyID)
        #expect(try await backend.backend.authenticate(attempt).account.name.description == "admin")
    }

    @Test(
        "The account must be the key's own, letter by letter",
        arguments: [
            "ADMIN", "Admin", " admin", "admin ", "", "root", "admin<NUL>", "\u{430}dmin", "admin\n", "ad", "admin2", "\u{FF41}dmin",
        ])
    func accounts(_ account: String) async throws {
        let attempt = try #require(presented(["Basic <\(account.replacing("<NUL>", with: "\u{0}")):KEY>"]))
        await #expect(throws: RequestError.unauthenticated) { try await backend.backend.authenticate(attempt) }
    }

    @Test(
        "A field that cannot be read presents a key that is wrong",
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

    @Test("Bytes that are no UTF-8, and base64 in other alphabets, are no pair")
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

    @Test("Two fields are none that can be trusted, even where one is right")
    func two() throws {
        let right = "Basic <admin:KEY>"
        for pair in [[right, right], [right, "Bearer x"], ["Bearer x", right], [right, ""]] {
            #expect(try #require(presented(pair)).keyID == nil)
        }
    }

    @Test("Without the field nothing is presented")
    func none() {
        #expect(presented([]) == nil)
        #expect(PresentedKey([.cookie: "Authorization=Bearer x"]) == nil)
        #expect(PresentedKey([.proxyAuthorization: "Bearer \(key)"]) == nil)
    }
}
