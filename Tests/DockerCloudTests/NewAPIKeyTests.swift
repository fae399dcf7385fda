import DockerCloud
import FakeCloud
import Testing

@Suite struct NewAPIKeyTests {
    private func received(_ body: String) async throws -> Received<NewAPIKey> {
        try await FakeCloud.run { _ in
            .response(status: 201, body: body)
        } _: {
            try await $0.client().apiKeys.receivedNew(
                for: nil, label: "build server", scopes: nil, expiresInDays: nil, namespace: nil, repositories: nil)
        }
    }

    private func create(_ body: String) async throws -> NewAPIKey { try await received(body).value }

    @Test("A new API key contains its secret and prints as <redacted>")
    func secrecy() async throws {
        let received = try await received(Body.apiKey(key: "lm_canary"))
        let key = received.value
        #expect(key.secret == "lm_canary" && key.id == "4bVn0cQw8ZrT")
        #expect("\(key)" == "<redacted>")
        var dumped = ""
        dump(key, to: &dumped)
        dump(received, to: &dumped)
        for text in ["\(key)", String(reflecting: key), "\(received)", String(reflecting: received), dumped] {
            #expect(!text.contains("canary"))
        }
        #expect(received.text() == Body.apiKey(key: "lm_canary"))
        #expect(received.text(indentedBy: 2).contains("\n  \"key\": \"lm_canary\",\n"))
    }

    @Test("The API key of a new key does not contain the secret in any printed form")
    func apiKey() async throws {
        let key = try await create(Body.apiKey(key: "lm_canary")).apiKey
        #expect(key.id == "4bVn0cQw8ZrT")
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped] { #expect(!text.contains("canary")) }
    }

    @Test("A secret in a list of API keys or in an inspected key is dropped")
    func list() async throws {
        try await FakeCloud.run { _ in
            .page([Body.apiKey(key: "lm_canary")])
        } _: { cloud in
            for try await key in try cloud.client().apiKeys.list().received { #expect(key.text() == Body.apiKey()) }
        }
        try await FakeCloud.run { _ in
            .ok(Body.apiKey(key: "lm_canary"))
        } _: { cloud in
            let key = try await cloud.client().apiKeys.received("4bVn0cQw8ZrT")
            #expect(key.text() == Body.apiKey())
        }
    }

    @Test("A creation response without the key is an error that does not repeat the response")
    func missing() async throws {
        let incomplete = await #expect(throws: DockerCloudError.self) { _ = try await create(Body.apiKey()) }
        #expect(incomplete?.code == .invalidResponse && incomplete?.message.contains("the API key itself is missing") == true)
        let error = await #expect(throws: DockerCloudError.self) { _ = try await create(#"{"key": "lm_canary"}"#) }
        #expect(error?.description.contains("canary") == false)
    }
}
