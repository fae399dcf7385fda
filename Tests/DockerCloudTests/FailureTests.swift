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
        "An error response is reported with code, status, message and request ID",
        arguments: [
            (400, .invalidRequest), (401, .unauthenticated), (403, .forbidden), (404, .notFound), (405, .invalidRequest), (409, .conflict),
            (413, .invalidRequest), (415, .invalidRequest), (429, .tooManyRequests), (500, .serverError), (501, .serverError),
            (502, .unavailable), (503, .unavailable), (504, .unavailable), (599, .serverError),
        ] as [(Int, DockerCloudError.Code)])
    func api(status: Int, code: DockerCloudError.Code) async throws {
        let error = try await failure(of: .failure(status, "No such thing", requestID: "r-1"))
        #expect(error == DockerCloudError(code: code, message: "No such thing", status: status, requestID: "r-1"))
        #expect(error?.description.contains("No such thing (\(status))") == true)
        #expect(error?.description.contains("[request r-1]") == true)
    }

    @Test(
        "Retry-After is reported in seconds; a date and other texts are ignored",
        arguments: [("7", 7), ("0", 0), ("86400", 86_400), ("-1", nil), ("", nil), ("1.5", nil), ("Wed, 21 Oct 2015 07:28:00 GMT", nil)]
            as [(String, Int?)])
    func retryAfter(value: String, seconds: Int?) async throws {
        for status in [429, 503] {
            let error = try await failure(
                of: .response(status: status, body: #"{"error": "Wait"}"#, headers: ["Retry-After": value]))
            #expect(error?.retryAfter == seconds.map { .seconds($0) })
        }
        #expect(try await failure(of: .failure(503, "Wait"))?.retryAfter == nil)
    }

    @Test("Code that handles unknown error codes compiles and compares them by name")
    func unknownCode() {
        let code = DockerCloudError.Code(rawValue: "quotaExceeded")
        #expect(code != .conflict && code == DockerCloudError.Code(rawValue: "quotaExceeded"))
        #expect(DockerCloudError(code: code, message: "Too many", status: 402).description == "Too many (402)")
    }

    @Test(
        "An error response without a message is reported with a default message",
        arguments: ["", "<html>", "[]", #"{"error": ""}"#, #"{"detail": "x"}"#])
    func noMessage(body: String) async throws {
        let error = try await failure(of: .response(status: 502, body: body))
        #expect(
            error
                == DockerCloudError(code: .unavailable, message: "The server reported an error without a message", status: 502))
    }

    @Test("The error for a rejected key suggests 'docker-cloud login'")
    func refusedKey() async throws {
        let error = try await failure(of: .failure(401, "Invalid API key."))
        #expect(
            error?.description
                == "Invalid API key (401). Check the user and the API key, or log in again with 'docker-cloud login'.")
    }

    @Test(
        "A rejected credential has a code of its own, which the body names; other codes and statuses have the code of the status",
        arguments: [
            (400, "credential_rejected", .credentialRejected), (400, nil, .invalidRequest), (400, "other", .invalidRequest),
            (403, "credential_rejected", .forbidden), (500, "credential_rejected", .serverError),
        ] as [(Int, String?, DockerCloudError.Code)])
    func bodyCode(status: Int, code: String?, expected: DockerCloudError.Code) async throws {
        #expect(try await failure(of: .failure(status, "No", code: code))?.code == expected)
    }

    @Test(
        "A message of several sentences is the whole description; another one is completed with its status and advice",
        arguments: [
            (400, "R rejected it (401 Unauthorized). Nothing was stored.", "R rejected it (401 Unauthorized). Nothing was stored."),
            (503, "A limit is reached. Try again in 5 s.", "A limit is reached. Try again in 5 s."),
            (404, "No such thing", "No such thing (404)"),
            (503, "Busy", "Busy (503). Try again later."), (429, "Too many.", "Too many (429). Wait a few minutes before the next try."),
        ])
    func description(status: Int, message: String, description: String) async throws {
        #expect(try await failure(of: .failure(status, message))?.description == description)
    }

    @Test("A redirect is not followed", arguments: [301, 302, 303, 307, 308])
    func redirect(status: Int) async throws {
        try await FakeCloud.run { _ in
            .page([])
        } _: { elsewhere in
            let location = elsewhere.url + "/api/repo/v1/repository/docker.io/a/b/"
            let error = try await failure(of: .response(status: status, body: "", headers: ["Location": location]))
            #expect(error?.code == .redirected && error?.status == status && error?.message.contains(location) == true)
            #expect(elsewhere.requests.isEmpty)
        }
    }

    @Test(
        "A response that is not a repository is an error with the request ID",
        arguments: ["", "x", "[]", "{}", "null", "<html></html>", #"{"name": 1}"#, #"{"name": "a", "name": "b"}"#])
    func notARepository(body: String) async throws {
        let error = try await failure(of: .response(status: 200, body: body, headers: ["X-Request-Id": "r-2"]))
        #expect(error?.code == .invalidResponse && error?.requestID == "r-2" && error?.status == nil)
        #expect(error?.description.hasSuffix("[request r-2]") == true)
    }

    @Test("A response that is not a list is an error", arguments: ["[]", "{}", #"{"meta": {}, "objects": []}"#, #"{"objects": []}"#])
    func notAList(body: String) async throws {
        try await FakeCloud.run { _ in
            .ok(body)
        } _: { cloud in
            let error = await #expect(throws: DockerCloudError.self) {
                for try await _ in try cloud.client().repositories.list() {}
            }
            #expect(error?.code == .invalidResponse && error?.message.contains("it is not a list") == true)
        }
    }

    @Test("A response of more than 16 MiB is an error")
    func hugeResponse() async throws {
        let error = try await failure(of: .ok(String(repeating: " ", count: 16 << 20 + 1)))
        #expect(error?.code == .invalidResponse && error?.message.contains("larger than 16 MiB") == true)
    }

    @Test("A missing or incomplete response is a time-out", .timeLimit(.minutes(1)))
    func timeouts() async throws {
        for reply in [FakeCloud.Reply.silence, .half] {
            let error = try await failure(of: reply, timeout: .milliseconds(200))
            #expect(error?.code == .timedOut && error?.message.contains("did not respond within 0.2 s") == true)
        }
    }

    @Test("A closed connection and a refused connection are reported as different errors")
    func notReachable() async throws {
        let closed = try await failure(of: .hangUp)
        #expect(closed?.code == .notReachable && closed?.message.contains("closed") == true)
        let client = try DockerCloudClient(host: CloudHost("http://127.0.0.1:1"), authorization: .basic(user: "alice", key: "lm_key"))
        let error = await #expect(throws: DockerCloudError.self) { _ = try await client.repositories.get("a/b") }
        #expect(
            error
                == DockerCloudError(
                    code: .notReachable,
                    message: "http://127.0.0.1:1 cannot be reached: connection refused. Check the address, and that the server is running.")
        )
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
            let error = #expect(throws: DockerCloudError.self) { try result.get() }
            #expect(error?.code == .cancelled)
        }
    }
}
