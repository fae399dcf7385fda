import Domain
import Foundation
import Naming
import Testing

@Suite("API keys in actions")
struct RedactedActionTests {
    private static let key = APIKeySecretTests.frozen

    /// The key in forms that a tag, a name or a path can have.
    private static let forms = [
        key, key.utf8.map { String($0, radix: 16) }.joined(), base64URL(key), "x" + base64URL("admin:\(key)"),
        base64URL("{\"a\":{\"k\":\"\(key)\"}}"), key.utf8.map(String.init).joined(separator: "-"),
        key.utf8.map { "%\(String($0, radix: 16))" }.joined(),
    ]

    private static func base64URL(_ text: String) -> String {
        Data(text.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    private static func action(_ text: String, _ object: Action.Object) throws -> Action {
        Action(
            id: UUID(), namespace: try NamespaceName(parsing: "acme"), kind: .apiKeyDelete, object: object, reference: text, state: .failed,
            status: 404, reason: text, started: .distantPast, ended: .distantPast,
            origin: Action.Origin(user: text, keyID: text, address: text, method: text, path: text, userAgent: text))
    }

    @Test("No text of an action contains a key", arguments: forms)
    func texts(_ text: String) throws {
        let action = try Self.action(text, .path(text))
        // Each member of the action, so that a new one fails this test.
        var original = ""
        dump(action, to: &original)
        let count = original.ranges(of: text).count
        var redacted = ""
        dump(action.redacted, to: &redacted)
        #expect(!redacted.contains(text) && redacted.ranges(of: "<redacted>").count == count && count >= 9, "\(redacted)")
    }

    @Test("A name that contains a key becomes a path without it")
    func names() throws {
        let hexadecimal = Self.forms[1]
        let name = try RepositoryName(parsing: "registry.example/team/\(hexadecimal)")
        for object in [Action.Object.repository(name), .path(hexadecimal)] {
            #expect(try Self.action("v1", object).redacted.object == .path("<redacted>"))
        }
        #expect(try Self.action("v1", .apiKey(hexadecimal)).redacted.object == .apiKey("<redacted>"))
        #expect(try Self.action("v1", .row(hexadecimal)).redacted.object == .row("<redacted>"))
    }

    @Test("Other actions are unchanged")
    func unchanged() throws {
        let digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        let name = try RepositoryName(parsing: "registry.example/team/image")
        let objects: [Action.Object] = [
            .repository(name), .registry(name.authority), .organization(try NamespaceName(parsing: "acme")),
            .robot(try RobotName(parsing: "ci")), .apiKey("0aA9zZkeyid1"), .row("apikey:0aA9zZkeyid1"), .path("/v2/a/manifests/\(digest)"),
        ]
        for object in objects {
            let action = try Self.action(digest, object)
            #expect(action.redacted == action)
        }
    }
}
