import Domain
import TestSupport
import Testing

@Suite("Credentials in requests")
struct CredentialInputTests {
    static let name = "registry.example/team/image"

    static let usernames = [
        "AWS", "_json_key", "_json_key_base64", "$oauthtoken", "oauth2accesstoken", "org+robot", "robot$team+ci", "<token>",
        "00000000-0000-0000-0000-000000000000", #"DOMAIN\user"#, "user@team.example", "é", "e\u{301}", "名前", " user ", "\u{FEFF}user",
        "' OR 1=1; --", "%41%3A", #"a"b"#,
    ]

    static let passwords = [
        "{\n  \"type\": \"service_account\",\r\n\t\"private_key\": \"-----BEGIN PRIVATE KEY-----\\nMIIE\\n-----END PRIVATE KEY-----\\n\"\n}\n",
        "a:b:c", " ", "\u{1F6A2}", "e\u{301}é", "secret\n", "eyJhbGciOiJSUzI1NiJ9.e30.c2ln==",
    ]

    @Test(
        "An incomplete credential is refused, and the message names the missing part",
        arguments: [
            ("user", nil, "username is given without password"), ("user", "", "username is given without password"),
            (nil, "secret", "password is given without username"), ("", "secret", "password is given without username"),
        ] as [(String?, String?, String)])
    func half(username: String?, password: String?, message: String) async throws {
        try await expectRefused(username, password, saying: message)
    }

    @Test(
        "A user name that cannot be sent to a registry is refused",
        arguments: [":", "user:name", "user:", "a\nb", "a\rb", "a\tb", "a\0b", "\u{1B}[0m", "a\u{7F}"])
    func username(username: String) async throws {
        try await expectRefused(username, "secret", saying: username.contains(":") ? "':'" : "control character")
    }

    @Test("A password with a NUL is refused", arguments: ["\0", "secret\0", "\0secret"])
    func password(password: String) async throws {
        try await expectRefused("user", password, saying: "NUL")
    }

    @Test(
        "Lengths are counted in bytes, up to and including the limit",
        arguments: [("u", 1024, "s", 32 * 1024), ("é", 512, "é", 16 * 1024)])
    func lengths(letter: String, usernameLength: Int, secretLetter: String, passwordLength: Int) async throws {
        let username = String(repeating: letter, count: usernameLength)
        let password = String(repeating: secretLetter, count: passwordLength)
        try await expectRefused(username + "x", "secret", saying: "longer than 1024 bytes")
        try await expectRefused("user", password + "x", saying: "longer than 32768 bytes")
        let backend = try await TestBackend()
        try await backend.register(Self.name, username, password)
        #expect(try await backend.sealedLogin(Self.name) == Login(username, password))
    }

    @Test("A credential is stored byte for byte", arguments: usernames.map { ($0, "secret") } + passwords.map { ("user", $0) })
    func survives(username: String, password: String) async throws {
        let backend = try await TestBackend()
        try await backend.register(Self.name, username, password)
        #expect(backend.verifier.requests.last?.credential.map(Login.init) == Login(username, password))
        try await backend.update(Self.name, "another", nil)
        #expect(backend.verifier.requests.last?.credential.map(Login.init) == Login("another", password))
        try await backend.update(Self.name, username, nil)
        try await backend.update(Self.name, nil, "another")
        #expect(backend.verifier.requests.last?.credential.map(Login.init) == Login(username, "another"))
    }

    /// For registrations and updates; nothing is stored or sent, and the message does not repeat the value.
    private func expectRefused(_ username: String?, _ password: String?, saying message: String) async throws {
        let backend = try await TestBackend()
        try await backend.register("registry.example/team/other", "user", "secret")
        let raw = try RawDatabase(backend)
        let before = try raw.everything()
        let fault = await expectFault(400) { try await backend.register(Self.name, username, password) }
        #expect(fault?.message.contains(message) == true)
        if username?.isEmpty == false, password?.isEmpty == false {
            let fault = await expectFault(400) { try await backend.update("registry.example/team/other", username, password) }
            #expect(fault?.message.contains(message) == true)
        }
        #expect(try raw.everything() == before)
        #expect(backend.verifier.requests.count == 1)
    }
}
