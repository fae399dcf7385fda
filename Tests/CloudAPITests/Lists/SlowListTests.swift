import TestSupport
import Testing

@Suite("Slow lists")
struct SlowListTests {
    private static let searches = [
        TestServer.repositories + "?name__contains=image", TestServer.repositories + "?offset=100000",
        "/api/audit/v1/action/?offset=100000",
    ]

    @Test("A list that takes longer than 2 s is cancelled with 503, and the error names the parameter to narrow", arguments: searches)
    func ended(_ list: String) async throws {
        let (backend, store) = try await EndlessStore.backend()
        try await TestServer.run(on: backend) { server in
            #expect(try await server.get(list).status == 200)
            store.readWithoutEnd()
            let response = try await server.get(list)
            #expect(response.status == 503)
            #expect(response["Retry-After"] == "10")
            let parameter = list.contains("offset") ? "offset" : "name__contains"
            #expect(response.error?.contains("\(parameter) had to read too many") == true, "\(response.text)")
            store.readWithoutEnd(false)
            #expect(try await server.get(list).status == 200)
        }
    }

    @Test("Only several filters of actions may read many rows, in a namespace and in all, and the error names them")
    func filtersOfActions() async throws {
        let (backend, store) = try await EndlessStore.backend()
        try await TestServer.run(on: backend) { server in
            for trail in [TestServer.actions + "?", TestServer.actions + "?all_namespaces=true&"] {
                for (filter, cause) in [
                    ("", "there are too many actions"), ("user=admin", "there are too many actions"),
                    ("user=admin&state=Failed", "user and state had to read too many actions"),
                ] {
                    #expect(try await server.get(trail + filter).status == 200)
                    store.readWithoutEnd()
                    let response = try await server.get(trail + filter)
                    #expect(response.status == 503)
                    #expect(response.error?.contains(cause) == true, "\(trail + filter): \(response.text)")
                    store.readWithoutEnd(false)
                }
            }
        }
    }

    @Test("The read of a list is cancelled within half a second after its client has disconnected")
    func left() async throws {
        let (backend, store) = try await EndlessStore.backend()
        try await TestServer.run(on: backend) { server in
            #expect(try await server.get(TestServer.repositories).status == 200)
            store.readWithoutEnd()
            let connection = try await RawConnection.open(port: server.port)
            try await connection.send(server.request("GET", TestServer.repositories).bytes)
            try await wait(1) { backend.runningReads == 1 }
            await connection.close()
            let end = ContinuousClock.now + .milliseconds(500)
            try await wait(1) { backend.runningReads == 0 }
            #expect(ContinuousClock.now < end)
        }
    }

    @Test("The lists of one account are read one at a time, and do not delay other requests")
    func others() async throws {
        let (backend, store) = try await EndlessStore.backend()
        try await TestServer.run(on: backend) { server in
            try await server.register("registry.example/team/image")
            #expect(try await server.get(Self.searches[0]).status == 200)
            store.readWithoutEnd()
            var connections: [RawConnection] = []
            for _ in 0..<8 {
                let connection = try await RawConnection.open(port: server.port)
                try await connection.send(server.request("GET", Self.searches[0]).bytes)
                connections.append(connection)
            }
            try await wait(1) { backend.runningReads == 1 }
            store.readWithoutEnd(false)
            let end = ContinuousClock.now + .seconds(1)
            #expect(try await server.get(TestServer.repositories + "registry.example/team/image/").status == 200)
            #expect(try await server.get(TestServer.repositories).status == 200)
            #expect(try await server.get("/readyz").status == 200)
            #expect(ContinuousClock.now < end)
            #expect(backend.runningReads == 1)
            for connection in connections { await connection.close() }
            try await wait(1) { backend.runningReads == 0 }
        }
    }

    /// Waits until a condition holds, for at most this many seconds.
    private func wait(_ seconds: Int, until condition: () -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(seconds)
        while !condition(), ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(5)) }
        #expect(condition())
    }
}
