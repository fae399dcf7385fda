import Domain
import TestSupport
import Testing

@testable import RegistryClient

@Suite("Detection of secrets in texts of registries")
struct CredentialLeakDetectorTests {
    private static let ordinary = [
        "application/vnd.oci.image.manifest.v1+json", "application/octet-stream", "bytes", "gzip", "0-1048575", "100;w=21600",
        "203.0.113.7",
        "\"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"", "Mon, 01 Jan 2024 10:00:00 GMT",
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "01H8XGJWBWBAQ4Z7Q1YQ5V5J7N",
        "eae12a4b-8b3c-4d6e-9c53-1f6a2b3c4d5e", "299 - \"This repository moves to another host on 2027-01-01\"",
        "requested access to the resource is denied: 12 of 34 parts, code 56, see 78 and 90", "\"5d41402abc4b2a76b9719d911017c592\"",
    ]
    private static let credentials = [
        Canary.credential, Self.credential("robot$acme+puller", "hoPa55Xq8LmXq8Lm"), Self.credential("bob", "hunter2"),
        Self.credential("AWS", "a7Zq"), Self.credential("über", "пароль✓"),
    ]

    private static func credential(_ username: String, _ password: String) -> Credential {
        Credential(username: Secret(username), password: Secret(password))
    }

    @Test("A password is detected in each encoding", arguments: credentials, SecretEncoding.all)
    func passwords(_ credential: Credential, _ encoding: SecretEncoding) {
        let text = encoding.text(credential.password.revealed())
        let isFolded = credential.password.revealed().utf8.allSatisfy { $0 < 0x80 } && credential.password.revealed().utf8.count >= 6
        guard encoding.description != "spaced" || isFolded || credential == Canary.credential else { return }
        #expect(CredentialLeakDetector(credential).detectsLeak(in: text), "\(text)")
        #expect(CredentialLeakDetector(credential).detectsLeak(in: "bad request: \(text)."), "\(text)")
    }

    @Test("User names and tokens are detected in each encoding", arguments: SecretEncoding.all)
    func others(_ encoding: SecretEncoding) {
        let token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"
        let detector = CredentialLeakDetector(Canary.credential, tokens: [Secret(token)])
        #expect(detector.detectsLeak(in: encoding.text(Canary.username)) && detector.detectsLeak(in: encoding.text(token)))
        #expect(CredentialLeakDetector(nil, tokens: [Secret(token)]).detectsLeak(in: encoding.text(token)))
    }

    @Test("Ordinary texts are kept, whatever the length of the credential", arguments: ordinary)
    func kept(_ text: String) {
        for credential in Self.credentials + [Self.credential("a", "b"), Self.credential("", "x"), Self.credential("json", "1ab7")] {
            let isPart = credential.username.revealed() == "json" && text.contains("json")
            #expect(CredentialLeakDetector(credential).detectsLeak(in: text) == isPart, "\(text)")
        }
        #expect(!CredentialLeakDetector(nil).detectsLeak(in: text))
    }

    @Test(
        "Base64 in another case is detected at each alignment",
        arguments: SecretEncoding.all.filter { $0.description.hasPrefix("base64") && $0.description.contains("behind") })
    func otherCase(_ encoding: SecretEncoding) {
        let text = encoding.text(Canary.password)
        #expect(CredentialLeakDetector(Canary.credential).detectsLeak(in: text.lowercased()))
        #expect(CredentialLeakDetector(Canary.credential).detectsLeak(in: text.uppercased()))
    }

    @Test("Texts that take long to decode are removed, in bounded time")
    func bounded() {
        let detector = CredentialLeakDetector(Self.credential("bob", "hunter2"))
        let started = ContinuousClock.now
        for part in ["%25", "&#38;", "\\u005c", "QUFB", "41", "65 "] {
            _ = detector.detectsLeak(in: String(repeating: part, count: (8 << 10) / part.utf8.count))
        }
        #expect(ContinuousClock.now - started < .seconds(30))
    }

    @Test("Printing the secrets in use reveals none")
    func printed() {
        var text = ""
        dump(SecretsInUse(Canary.credential), to: &text)
        #expect(Canary.traces(in: text).isEmpty)
    }
}

@Suite("Parts of a content")
struct ContentRangeTests {
    @Test(
        "A valid Content-Range is read",
        arguments: [("bytes 0-3/38", 0...3, 38), ("bytes 5-8/9", 5...8, 9), ("Bytes 0-0/1", 0...0, 1)])
    func valid(_ text: String, _ positions: ClosedRange<Int>, _ length: Int) throws {
        let part = try #require(ContentRange(parsing: text))
        #expect(part.positions == positions && part.length == length && part.isWhole == (positions.count == length))
        #expect(part.description.lowercased() == text.lowercased())
    }

    @Test(
        "An invalid or incomplete Content-Range is rejected",
        arguments: [
            "", "bytes", "bytes 0-3/*", "bytes */38", "bytes 3-0/38", "bytes 0-38/38", "items 0-3/38", "bytes=0-3/38", "bytes 0-3",
            "bytes 0-3/38, bytes 4-5/38", "bytes 0-99999999999999999999/999999999999999999999", " bytes 0-3/38", "bytes -3-5/38",
        ])
    func invalid(_ text: String) {
        #expect(ContentRange(parsing: text) == nil)
    }
}
