import DockerCloud
import FakeCloud
import Testing

@Suite struct NewAPIKeyTests {
    private func create(_ body: String) async throws -> NewAPIKey {
        try await FakeCloud.run { _ in
            .response(status: 201, body: body)
        } _: {
            try await $0.client().apiKeys.create(label: "build server")
        }
    }

    @Test("A new API key contains its secret and prints as <redacted>")
    func secrecy() async throws {
        let key = try await create(Body.apiKey(key: "lm_canary"))
        #expect(key.secret == "lm_canary")
        #expect(key.json == Body.apiKey(key: "lm_canary"))
        #expect(key.indentedJSON.contains("\n  \"key\": \"lm_canary\",\n"))
        var dumped = ""
        dump(key, to: &dumped)
        #expect("\(key)" == "<redacted>")
        for text in ["\(key)", String(reflecting: key), dumped] { #expect(!text.contains("canary")) }
    }

    @Test("The API key of a new key does not contain the secret in any printed form")
    func apiKey() async throws {
        let key = try await create(Body.apiKey(key: "lm_canary")).apiKey
        #expect(key.id == "4bVn0cQw8ZrT")
        #expect(key.json == Body.apiKey())
        var dumped = ""
        dump(key, to: &dumped)
        for text in [key.json, key.indentedJSON, "\(key)", String(reflecting: key), dumped] { #expect(!text.contains("canary")) }
    }

    @Test("A secret in a list of API keys is dropped")
    func list() async throws {
        try await FakeCloud.run { _ in
            .page([Body.apiKey(key: "lm_canary")])
        } _: { cloud in
            for try await key in try cloud.client().apiKeys.list() { #expect(key.json == Body.apiKey()) }
        }
    }

    @Test("A creation response without the key is an error that does not repeat the response")
    func missing() async throws {
        await #expect(throws: DockerCloudError.invalidResponse(reason: "the API key itself is missing", requestID: nil)) {
            _ = try await create(Body.apiKey())
        }
        let error = await #expect(throws: DockerCloudError.self) { _ = try await create(#"{"key": "lm_canary"}"#) }
        #expect(error?.description.contains("canary") == false)
    }
}
