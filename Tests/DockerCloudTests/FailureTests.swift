import DockerCloud
import FakeCloud
import Testing

@Suite struct FailureTests {
    private func failure(
        of reply: FakeCloud.Reply, timeout: Duration = .seconds(60)
    ) async throws -> DockerCloudError? {
        try await FakeCloud.run { _ in
            reply
        } _: { cloud in
            await #expect(throws: DockerCloudError.self) {
                _ = try await cloud.client(timeout: timeout).repositories.get("a/b")
            }
        }
    }

    @Test(
        "An error response is reported with status, message and request ID", arguments: [400, 401, 403, 404, 405, 409, 415, 429, 500, 503])
    func api(status: Int) async throws {
        let error = try await failure(of: .failure(status, "No such thing", requestID: "r-1"))
        #expect(error == .api(status: status, message: "No such thing", requestID: "r-1"))
        #expect(error?.description.contains("No such thing (\(status))") == true)
        #expect(error?.description.contains("[request r-1]") == true)
    }

    @Test(
        "An error response without a message is reported with a default message",
        arguments: ["", "<html>", "[]", #"{"error": ""}"#, #"{"detail": "x"}"#])
    func noMessage(body: String) async throws {
        let error = try await failure(of: .response(status: 502, body: body))
        #expect(error == .api(status: 502, message: "The server reported an error without a message", requestID: nil))
    }

    @Test("The error for a rejected key suggests 'docker-cloud login'")
    func refusedKey() async throws {
        let error = try await failure(of: .failure(401, "Invalid API key."))
        #expect(
            error?.description
                == "Invalid API key (401). Check the user and the API key, or log in again with 'docker-cloud login'")
    }

    @Test("A redirect is not followed", arguments: [301, 302, 303, 307, 308])
    func redirect(status: Int) async throws {
        try await FakeCloud.run { _ in
            .page([])
        } _: { elsewhere in
            let location = elsewhere.url + "/api/repo/v1/repository/docker.io/a/b/"
            let error = try await failure(of: .response(status: status, body: "", headers: ["Location": location]))
            #expect(error == .redirected(status: status, location: location))
            #expect(elsewhere.requests.isEmpty)
        }
    }

    @Test(
        "A response that is not a repository is an error with the request ID",
        arguments: ["", "x", "[]", "{}", "null", "<html></html>", #"{"name": 1}"#, #"{"name": "a", "name": "b"}"#])
    func notARepository(body: String) async throws {
        let error = try await failure(of: .response(status: 200, body: body, headers: ["X-Request-Id": "r-2"]))
        guard case .invalidResponse(_, requestID: "r-2") = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("A response that is not a list is an error", arguments: ["[]", "{}", #"{"meta": {}, "objects": []}"#, #"{"objects": []}"#])
    func notAList(body: String) async throws {
        try await FakeCloud.run { _ in
            .ok(body)
        } _: { cloud in
            let error = await #expect(throws: DockerCloudError.self) {
                for try await _ in try cloud.client().repositories.list() {}
            }
            #expect(error == .invalidResponse(reason: "it is not a list", requestID: nil))
        }
    }

    @Test("A response of more than 16 MiB is an error")
    func hugeResponse() async throws {
        let error = try await failure(of: .ok(String(repeating: " ", count: 16 << 20 + 1)))
        #expect(error == .invalidResponse(reason: "it is larger than 16 MiB", requestID: nil))
    }

    @Test("A missing or incomplete response is a time-out", .timeLimit(.minutes(1)))
    func timeouts() async throws {
        for reply in [FakeCloud.Reply.silence, .half] {
            let error = try await failure(of: reply, timeout: .milliseconds(200))
            guard case .timedOut(_, seconds: 0.2) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test("A closed connection and a refused connection are reported as different errors")
    func notReachable() async throws {
        guard case .notReachable(_, let reason) = try await failure(of: .hangUp) else {
            Issue.record("The error is not notReachable")
            return
        }
        #expect(reason.contains("closed"))
        let client = try DockerCloudClient(host: CloudHost("http://127.0.0.1:1"), authorization: .basic(user: "alice", key: "lm_key"))
        let error = await #expect(throws: DockerCloudError.self) { _ = try await client.repositories.get("a/b") }
        #expect(error == .notReachable(host: "http://127.0.0.1:1", reason: "connection refused"))
    }

    @Test("The error for https to a server without TLS mentions TLS")
    func noTLS() async throws {
        try await FakeCloud.run { _ in
            .ok("")
        } _: { cloud in
            let host = try CloudHost(cloud.url.replacing("http://", with: "https://"))
            let client = try DockerCloudClient(host: host, authorization: .basic(user: "alice", key: "lm_key"))
            let error = await #expect(throws: DockerCloudError.self) { _ = try await client.repositories.get("a/b") }
            #expect(error?.description.contains("TLS") == true)
        }
    }

    @Test("Cancelling a task cancels its request")
    func cancellation() async throws {
        try await FakeCloud.run { _ in
            .silence
        } _: { cloud in
            let client = try cloud.client()
            let task = Task { try await client.repositories.get("a/b") }
            while cloud.requests.isEmpty { await Task.yield() }
            task.cancel()
            let result = await task.result
            #expect(throws: DockerCloudError.cancelled) { try result.get() }
        }
    }
}
