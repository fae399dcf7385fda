import DockerCloud
import FakeCloud
import Testing

@Suite struct SecrecyTests {
    @Test("Printing an authorization does not reveal the key")
    func authorization() throws {
        for value in try [Authorization.basic(user: "alice", key: "canary"), .verbatim("Bearer canary")] {
            var dumped = ""
            dump(value, to: &dumped)
            let client = try DockerCloudClient(host: CloudHost("https://cloud.example"), authorization: value)
            var dumpedClient = ""
            dump(client, to: &dumpedClient)
            for text in ["\(value)", String(reflecting: value), dumped, dumpedClient] {
                #expect(!text.contains("canary") && !text.contains("YWxpY2U6Y2FuYXJ5"))
            }
        }
    }

    @Test(
        "An invalid header value is refused, and the error does not repeat it",
        arguments: ["", "canary\r\nX-Evil: 1", "canary\u{0}", "canaryé"])
    func unsendable(value: String) {
        let error = #expect(throws: DockerCloudError.self) { try Authorization.verbatim(value) }
        #expect(error?.description.contains("canary") == false)
    }

    @Test("A user name with a colon, an empty user name and an empty key are refused", arguments: [("a:b", "k"), ("", "k"), ("a", "")])
    func basic(user: String, key: String) {
        #expect(throws: DockerCloudError.self) { try Authorization.basic(user: user, key: key) }
    }

    @Test("Secrets that the server repeats are redacted from error messages")
    func echo() async throws {
        try await FakeCloud.run { request in
            .failure(400, "\(request.headers["authorization"] ?? "") canary-password canary-key refused")
        } _: { cloud in
            let error = await #expect(throws: DockerCloudError.self) {
                _ = try await cloud.client(key: "canary-key").repositories.register("a/b", username: "robot", password: "canary-password")
            }
            let text = try #require(error).description
            #expect(text.contains("refused") && !text.contains("canary") && !text.contains("YWxpY2U6"))
        }
    }

    @Test("Passwords that are plain words are not redacted from error messages")
    func prose() async throws {
        try await FakeCloud.run { _ in
            .failure(400, "The password of robot is wrong")
        } _: { cloud in
            let error = await #expect(throws: DockerCloudError.self) {
                _ = try await cloud.client(key: "wrong").repositories.register("a/b", username: "robot", password: "password")
            }
            #expect(error?.description == "The password of robot is wrong (400)")
        }
    }
}
