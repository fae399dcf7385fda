import TestSupport
import Testing

@Suite("Failures of the store")
struct StoreFailureTests {
    private let message = "The server cannot store or read its data at the moment. Try again later."

    @Test("If the store fails during authentication, the response is not 401")
    func reading() async throws {
        let (backend, store) = try await TroubledStore.backend()
        try await TestServer.run(on: backend) { server in
            store.fail(reading: true)
            for call in DocumentedCall.all {
                let response = try await server.send(call.method, call.path.text(), body: call.body)
                #expect(response.status == 503, "\(call)")
                #expect(call.method == "HEAD" || response.error == message)
                #expect(response["WWW-Authenticate"] == nil)
            }
            for _ in 0..<40 { #expect(try await server.get(TestServer.repositories).status == 503) }
            #expect(try await server.send("GET", TestServer.repositories, as: .nobody).status == 401)
            #expect(try await server.get("/healthz").status == 200)
            #expect(try await server.get("/readyz").status == 503)
            #expect(server.log.text.contains(TroubledStore.reason))
            store.fail()
            #expect(try await server.get(TestServer.repositories).status == 200)
            #expect(try await server.get("/readyz").status == 200)
        }
    }

    @Test("A change that cannot be stored is not acknowledged, and reads still work")
    func writing() async throws {
        let (backend, store) = try await TroubledStore.backend()
        try await TestServer.run(on: backend) { server in
            try await server.makeDocumented()
            let before = try await server.everything()
            store.fail(writing: true)
            for call in DocumentedCall.all where call.isChange {
                let response = try await server.send(call.method, call.path.text(), body: call.body)
                #expect(response.status == 503, "\(call)")
                #expect(response.error == message)
                #expect(response["X-DockerCloud-Action-URI"] == nil)
            }
            #expect(try await server.everything() == before)
        }
    }

    @Test("Internal errors go to the log with the request identifier of the response")
    func reasons() async throws {
        let (backend, store) = try await TroubledStore.backend()
        try await TestServer.run(on: backend) { server in
            store.fail(reading: true)
            let response = try await server.get(TestServer.repositories)
            #expect(!response.text.contains("canary"))
            let identifier = try #require(response["X-Request-Id"])
            let line = server.log.lines.first { $0.contains("the store failed") }
            #expect(line?.contains(identifier) == true)
            #expect(line?.contains(TroubledStore.reason) == true)
        }
    }
}
