import Domain
import TestSupport
import Testing

@testable import RegistryClient

@Suite("What a registry says of a refusal")
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
        #expect(fault.sentence(hiding: nil) == sentence)
    }

    @Test(
        "Anything else than an error document has nothing to say",
        arguments: [
            "", "{", "[]", "null", #"{"errors":[]}"#, #"{"errors":[{"message":"a"}]}"#, #"{"errors":[{"code":1}]}"#, "<html>",
            #"{"error":"a"}"#,
        ])
    func nothing(_ body: String) {
        #expect(RegistryErrorBody(Array(body.utf8)) == nil)
    }

    @Test("Only printable ASCII gets through, so that nobody forges lines of a log or the colours of a terminal")
    func printable() throws {
        let body = #"{"errors":[{"code":"A\u0000\r\nB","message":"one\ntwo\u001b[31m \u202e\u2028é\u007f three"}]}"#
        let fault = try #require(RegistryErrorBody(Array(body.utf8)))
        #expect(fault.sentence(hiding: nil) == "AB: onetwo[31m  three")
    }

    @Test("A sentence is not long")
    func short() throws {
        let body = #"{"errors":[{"code":"A","message":"\#(String(repeating: "b", count: 10_000))"}]}"#
        #expect(try #require(RegistryErrorBody(Array(body.utf8))).sentence(hiding: nil).utf8.count <= 200)
    }

    @Test("A message that repeats the credential is not passed on, however it spells it", arguments: Canary.spellings)
    func hidden(_ spelling: String) {
        for message in [spelling, "user \(spelling) is not known", spelling.lowercased(), spelling.uppercased()] {
            let sentence = RegistryErrorBody(code: "DENIED", message: message).sentence(hiding: Canary.credential)
            #expect(Canary.traces(in: sentence).isEmpty)
            #expect(!sentence.contains(message))
        }
    }

    @Test("A code that repeats the credential is not passed on")
    func hiddenCode() {
        #expect(Canary.traces(in: RegistryErrorBody(code: Canary.username, message: "no").sentence(hiding: Canary.credential)).isEmpty)
    }

    @Test("What is taken out of a message cannot put the credential together")
    func assembled() {
        let credential = Credential(username: Secret("ordinary-user"), password: Secret("ordinary-password"))
        for gap in ["\u{0}", "\n", "\u{200B}", "é", "\u{301}"] {
            let sentence = RegistryErrorBody(code: "DENIED", message: "ordinary\(gap)-password").sentence(hiding: credential)
            #expect(!sentence.contains("ordinary-password"))
        }
    }

    @Test("Base64 is recognised in its URL alphabet and without padding too")
    func base64() {
        let pair = Canary.base64("\(Canary.username):\(Canary.password)")
        for spelling in [pair.replacing("+", with: "-").replacing("/", with: "_"), pair.replacing("=", with: "")] {
            let sentence = RegistryErrorBody(code: "DENIED", message: "got \(spelling)").sentence(hiding: Canary.credential)
            #expect(!sentence.contains(spelling))
        }
    }

    @Test("An ordinary message is passed on beside a credential")
    func passedOn() {
        #expect(RegistryErrorBody(code: "DENIED", message: "no access").sentence(hiding: Canary.credential) == "DENIED: no access")
    }

    @Test("An empty user name hides nothing")
    func empty() {
        let credential = Credential(username: Secret(""), password: Secret(""))
        #expect(RegistryErrorBody(code: "DENIED", message: "no").sentence(hiding: credential) == "DENIED: no")
    }
}
