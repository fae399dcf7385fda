import DockerCloud
import FakeCloud
import Testing

@Suite struct InvalidDateTests {
    private typealias Request = @Sendable (DockerCloudClient) async throws -> Void

    /// Each attribute that is a date, with an object that has a valid value for it and a request for the object.
    private static let attributes: [(name: String, object: String, request: Request)] = [
        ("created_datetime", Body.repository(), repository), ("modified_datetime", Body.repository(), repository),
        ("checked_datetime", Body.repository(), repository),
        ("last_pulled_datetime", Body.repository(more: #", "last_pulled_datetime": "x""#), repository),
        ("last_pushed_datetime", Body.repository(more: #", "last_pushed_datetime": "x""#), repository),
        ("created_datetime", Body.user(), { _ = try await $0.users.get("carol") }),
        ("created_datetime", Body.organization(), { _ = try await $0.organizations.get("acme") }),
        ("created_datetime", Body.member(), { _ = try await $0.members(of: "acme").get("carol") }),
        ("created_datetime", Body.robot(), { _ = try await $0.robots.get("ci") }),
        ("created_datetime", Body.apiKey(), apiKey), ("expires_datetime", Body.apiKey(), apiKey),
        ("last_used_datetime", Body.apiKey(lastUsed: "x"), apiKey), ("revoked_datetime", Body.apiKey(revoked: "x"), apiKey),
        ("expires_datetime", Body.apiKey(key: "lm_key"), { _ = try await $0.apiKeys.create() }),
        ("start_date", Body.action(), action), ("end_date", Body.action(), action),
    ]

    private static let repository: Request = { _ = try await $0.repositories.get("a/b") }
    private static let apiKey: Request = { _ = try await $0.apiKeys.get("4bVn0cQw8ZrT") }
    private static let action: Request = { _ = try await $0.actions.get("0b5f8e6c-7d3a-4c1e-9f2b-1a2b3c4d5e6f") }

    @Test(
        "An attribute that is not a date is an error that names the attribute and the request",
        arguments: ["", "soon", "2014-10-13T11:01:43Z", "Mon, 13 Oct 2014 11:01:43 GMT", "Tue, 13 Oct 2014 11:01:43 +0000"])
    func invalid(text: String) async throws {
        for (name, object, request) in Self.attributes {
            try await FakeCloud.run { _ in
                .response(status: 200, body: object.replacingValue(of: name, with: text), headers: ["X-Request-Id": "r-3"])
            } _: { cloud in
                let error = await #expect(throws: DockerCloudError.self) { try await request(cloud.client(namespace: "acme")) }
                #expect(error?.code == .invalidResponse && error?.requestID == "r-3")
                #expect(error?.message.contains("\(name) is not a date") == true, "\(object)")
            }
        }
    }

    @Test("A list with an invalid date is an error")
    func list() async throws {
        try await FakeCloud.run { _ in
            .page([Body.repository(), Body.repository().replacingValue(of: "created_datetime", with: "soon")])
        } _: { cloud in
            let error = await #expect(throws: DockerCloudError.self) {
                for try await _ in try cloud.client().repositories.list() {}
            }
            #expect(error?.code == .invalidResponse)
        }
    }
}

extension String {
    /// The JSON object with another string as the value of a member.
    fileprivate func replacingValue(of member: String, with text: String) -> String {
        guard let start = firstRange(of: "\"\(member)\": \"")?.upperBound, let end = self[start...].firstIndex(of: "\"") else {
            Issue.record("\(member) is not a string in \(self)")
            return self
        }
        return self[..<start] + text + self[end...]
    }
}
