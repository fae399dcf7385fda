import DockerCloud
import FakeCloud
import Testing

@Suite struct NewAPIKeyTests {
    private func create(_ body: String) async throws -> NewAPIKey {
        try await FakeCloud.run { _ in
            .answer(status: 201, body: body)
        } _: {
            try await $0.client().apiKeys.create(label: "build server")
        }
    }

    @Test("The answer that makes a key has it, and prints as nothing")
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

    @Test("What the server will tell of it from now on is without the key, however it is printed")
    func apiKey() async throws {
        let key = try await create(Body.apiKey(key: "lm_canary")).apiKey
        #expect(key.id == "4bVn0cQw8ZrT")
        #expect(key.json == Body.apiKey())
        var dumped = ""
        dump(key, to: &dumped)
        for text in [key.json, key.indentedJSON, "\(key)", String(reflecting: key), dumped] { #expect(!text.contains("canary")) }
    }

    @Test("A list whose objects hold a key that should not be there does not show it")
    func list() async throws {
        try await FakeCloud.run { _ in
            .page([Body.apiKey(key: "lm_canary")])
        } _: { cloud in
            for try await key in try cloud.client().apiKeys.list() { #expect(key.json == Body.apiKey()) }
        }
    }

    @Test("An answer without the key is none, and its error repeats nothing of it")
    func missing() async throws {
        await #expect(throws: DockerCloudError.invalidResponse(reason: "the API key itself is missing", requestID: nil)) {
            _ = try await create(Body.apiKey())
        }
        let error = await #expect(throws: DockerCloudError.self) { _ = try await create(#"{"key": "lm_canary"}"#) }
        #expect(error?.description.contains("canary") == false)
    }
}
