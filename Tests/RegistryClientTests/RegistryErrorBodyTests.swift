import Domain
import TestSupport
import Testing

@testable import RegistryClient

@Suite("Error documents of registries")
struct RegistryErrorBodyTests {
    @Test(
        "The first error becomes a sentence",
        arguments: [
            (#"{"errors":[{"code":"DENIED","message":"no"}]}"#, "DENIED: no"),
            (#"{"errors":[{"code":"DENIED","message":"no","detail":{"a":[1]}},{"code":"OTHER"}]}"#, "DENIED: no"),
            (#"{"errors":[{"code":"DENIED"}]}"#, "DENIED"),
            (#"{"errors":[{"code":"DENIED","message":""}]}"#, "DENIED"),
            (#"{"errors":[{"code":"DENIED","message":null}]}"#, "DENIED"),
        ])
    func sentence(_ document: String, _ sentence: String) throws {
        let fault = try #require(RegistryErrorBody(Array(document.utf8)))
        #expect(fault.text(hiding: SecretsInUse(nil)) == sentence)
    }

    @Test(
        "A body that is not an error document has no sentence",
        arguments: [
            "", "{", "[]", "null", #"{"errors":[]}"#, #"{"errors":[{"message":"a"}]}"#, #"{"errors":[{"code":1}]}"#, "<html>",
            #"{"error":"a"}"#,
        ])
    func nothing(_ body: String) {
        #expect(RegistryErrorBody(Array(body.utf8)) == nil)
    }

    @Test("Only printable ASCII of a message is used, without line breaks and terminal escapes")
    func printable() throws {
        let body = #"{"errors":[{"code":"A\u0000\r\nB","message":"one\ntwo\u001b[31m \u202e\u2028é\u007f three"}]}"#
        let fault = try #require(RegistryErrorBody(Array(body.utf8)))
        #expect(fault.text(hiding: SecretsInUse(nil)) == "AB: onetwo[31m  three")
    }

    @Test("A sentence has a maximum length")
    func short() throws {
        let body = #"{"errors":[{"code":"A","message":"\#(String(repeating: "b", count: 10_000))"}]}"#
        #expect(try #require(RegistryErrorBody(Array(body.utf8))).text(hiding: SecretsInUse(nil)).map { $0.utf8.count <= 200 } == true)
    }

    @Test("A message that repeats the credential in any encoding is removed", arguments: Canary.spellings)
    func hidden(_ spelling: String) {
        for message in [spelling, "user \(spelling) is not known", spelling.lowercased(), spelling.uppercased()] {
            let sentence = RegistryErrorBody(code: "DENIED", message: message).text(hiding: SecretsInUse(Canary.credential))
            #expect(Canary.traces(in: sentence ?? "").isEmpty)
            #expect(sentence?.contains(message) != true)
        }
    }

    @Test("A message that repeats the credential in a further encoding is removed", arguments: Canary.encodings)
    func hiddenEncoding(_ text: String) {
        for (code, message) in [("DENIED", text), ("DENIED", "user \(text) is not known"), (text, "no"), (text, "")] {
            let sentence = RegistryErrorBody(code: code, message: message).text(hiding: SecretsInUse(Canary.credential))
            #expect(sentence == nil)
        }
    }

    @Test("A token in use, or another one of its realm, is removed from a message")
    func tokens() throws {
        let secrets = SecretsInUse(nil)
        let response = #"{"token":"tokenT0kHj3NsHj3Ns","refresh_token":"rrREFBv5KdBv5Kd","id_token":"idBv5KdBv5Kdxyz","expires_in":300}"#
        secrets.add(try #require(Token(response: Array(response.utf8))))
        for token in ["tokenT0kHj3NsHj3Ns", "rrREFBv5KdBv5Kd", "idBv5KdBv5Kdxyz"] {
            for text in [token] + SecretEncoding.all.map({ $0.text(token) }) {
                let sentence = RegistryErrorBody(code: "DENIED", message: "your token \(text)").text(hiding: secrets)
                #expect(sentence == nil, "\(text)")
            }
        }
        #expect(RegistryErrorBody(code: "DENIED", message: "your token is old").text(hiding: secrets) == "DENIED: your token is old")
    }

    @Test("A code that repeats the credential is removed")
    func hiddenCode() {
        #expect(
            RegistryErrorBody(code: Canary.username, message: "no").text(hiding: SecretsInUse(Canary.credential)) == nil)
    }

    @Test("Removing characters from a message cannot assemble the credential")
    func assembled() {
        let credential = Credential(username: Secret("ordinary-user"), password: Secret("ordinary-password"))
        for gap in ["\u{0}", "\n", "\u{200B}", "é", "\u{301}"] {
            let sentence = RegistryErrorBody(code: "DENIED", message: "ordinary\(gap)-password").text(hiding: SecretsInUse(credential))
            #expect(sentence?.contains("ordinary-password") != true)
        }
    }

    @Test("Base64 is detected in the URL alphabet and without padding as well")
    func base64() {
        let pair = Canary.base64("\(Canary.username):\(Canary.password)")
        for spelling in [pair.replacing("+", with: "-").replacing("/", with: "_"), pair.replacing("=", with: "")] {
            let sentence = RegistryErrorBody(code: "DENIED", message: "got \(spelling)").text(hiding: SecretsInUse(Canary.credential))
            #expect(sentence?.contains(spelling) != true)
        }
    }

    @Test("An ordinary message is kept")
    func passedOn() {
        #expect(
            RegistryErrorBody(code: "DENIED", message: "no access").text(hiding: SecretsInUse(Canary.credential)) == "DENIED: no access"
        )
    }

    @Test("An empty user name matches no message")
    func empty() {
        let credential = Credential(username: Secret(""), password: Secret(""))
        #expect(RegistryErrorBody(code: "DENIED", message: "no").text(hiding: SecretsInUse(credential)) == "DENIED: no")
    }
}

@Suite("Short credentials in a registry's message") struct ShortCredentialTests {
    private func traces(_ username: String, _ password: String) -> CredentialLeakDetector {
        CredentialLeakDetector(Credential(username: Secret(username), password: Secret(password)))
    }

    @Test(
        "A user name or password of fewer than four characters matches no message",
        arguments: [("a", "b"), ("abc", "de"), ("", "x"), ("1", "")])
    func short(_ username: String, _ password: String) {
        let message = "access denied: abc and de are 1 x of a registry, code 401"
        #expect(!traces(username, password).detectsLeak(in: message))
    }

    @Test("Short credentials are detected in their Basic encoding, and four characters in each encoding")
    func recognised() {
        #expect(traces("abc", "de").detectsLeak(in: "got Basic YWJjOmRl"))
        for message in ["password abcd is wrong", "YWJjZA==", "61626364"] {
            #expect(traces("u", "abcd").detectsLeak(in: message), "\(message)")
        }
    }
}
