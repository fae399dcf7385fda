import TestSupport
import Testing

/// https://distribution.github.io/distribution/spec/auth/token/#token-response-fields
@Suite("Token documents")
struct TokenDocumentTests {
    private static let blob = "blobs/\(Sample.blobDigest)"
    private static let members = [
        #""expires_in":9999999999"#, #""expires_in":99999999999999999999999"#, #""expires_in":"300""#, #""expires_in":1e3"#,
        #""expires_in":300.5"#, #""expires_in":-5"#, #""expires_in":0"#, #""expires_in":null"#, #""expires_in":true"#, #""expires_in":{}"#,
        #""expires_in":"soon""#, #""expires_in":90000"#, #""expires_in":3600"#, "", #""expires_in":300,"issued_at":"yesterday""#,
        #""expires_in":300,"issued_at":7"#, #""expires_in":300,"refresh_token":null"#, #""expires_in":300,"access_token":null"#,
    ]

    @Test("A token is reused, regardless of the form of its lifetime", arguments: members, [true, false])
    func lifetime(_ member: String, _ isOpaque: Bool) async throws {
        var behavior = RegistryScene.tokenBehavior
        behavior.expiryMember = member
        behavior.isOpaque = isOpaque
        try await RegistryScene.run(.tokens, tokens: behavior) { scene in
            for _ in 1...2 {
                let response = try await scene.fixture.send("GET", Self.blob)
                #expect(response.status == 200, "\(response.text)")
            }
            #expect(scene.tokens?.questions.count == 1)
        }
    }

    @Test("A push uses a token, regardless of the form of its lifetime", arguments: members)
    func pushes(_ member: String) async throws {
        var behavior = RegistryScene.tokenBehavior
        behavior.expiryMember = member
        try await RegistryScene.run(.tokens, tokens: behavior) { (scene: RegistryScene) async throws in
            #expect(try await scene.fixture.push() == [202, 202, 201])
            #expect(try await scene.fixture.pushManifest().status == 201)
        }
    }

    @Test(
        "A token is found under either name",
        arguments: [["token"], ["access_token"], ["token", "access_token"], ["access_token", "token"]])
    func names(_ names: [String]) async throws {
        var behavior = RegistryScene.tokenBehavior
        behavior.members = names
        try await RegistryScene.run(.tokens, tokens: behavior) { (scene: RegistryScene) async throws in
            #expect(try await scene.fixture.send("GET", Self.blob).status == 200)
        }
    }
}
