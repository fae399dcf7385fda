import Domain
import HTTPSupport
import PrometheusMetrics
import TestSupport
import Testing

@Suite("Connections: more clients than connections", .serialized)
struct ConnectionLimiterTests {
    private static let path = "/api/repo/v1/repository/"
    private static let health = RawRequest("GET", "/healthz")

    private func limits() -> ConnectionLimits {
        var limits = ConnectionLimits()
        (limits.headTime, limits.idleTime, limits.bodyGrace) = (.seconds(300), .seconds(300), .seconds(300))
        return limits
    }

    private func run(
        connections: Int = 4, perAddress: Int? = 1000, trustedProxies: [Network] = [], _ body: (TestServer) async throws -> Void
    ) async throws {
        let capacity = ConnectionCapacity(connections: connections, perAddress: perAddress, reserved: 2)
        try await TestServer.run(trustedProxies: trustedProxies, limits: limits(), connections: capacity, body)
    }

    /// A connection with a valid request in progress, whose body is incomplete.
    private func busy(_ server: TestServer) async throws -> RawConnection {
        let connection = try await RawConnection.open(port: server.port)
        let length = (name: "Content-Length", value: "20000")
        try await connection.send(server.request("POST", Self.path, [length]).bytes)
        return connection
    }

    /// A connection without an authenticated request.
    private func busyStranger(_ server: TestServer) async throws -> RawConnection {
        let connection = try await RawConnection.open(port: server.port)
        let fields = [
            (name: "Content-Length", value: "200"), (name: "Content-Type", value: "application/x-www-form-urlencoded"),
        ]
        try await connection.send(RawRequest("POST", "/token", fields).bytes)
        return connection
    }

    /// Opens connections with requests in progress until there is no room for another one. A connection whose head the server has not
    /// read yet is idle, and may be evicted.
    /// - Returns: the connections, and the response to the refused request.
    private func fill(
        _ server: TestServer, with open: (TestServer) async throws -> RawConnection
    ) async throws -> ([RawConnection], RawResponse) {
        var connections: [RawConnection] = []
        while true {
            connections.append(try await open(server))
            try await Task.sleep(for: .milliseconds(20))
            let response = try await server.send("GET", Self.path)
            if response.status == 503 { return (connections, response) }
            try #require(connections.count < 100)
        }
    }

    private func counted(_ reason: String, on server: TestServer) -> Int {
        let name = "lighterman_connections_refused_total{reason=\"\(reason)\"} "
        let line = server.backend.metrics.exposition().split(separator: "\n").first { $0.hasPrefix(name) }
        return line.flatMap { Int($0.dropFirst(name.count)) } ?? -1
    }

    @Test(
        "A new client gets a response although idle connections occupy all places",
        arguments: ["", "GET /healthz HTTP/1.1\r\nHost: a\r\n", "\r\n", "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"])
    func idle(_ start: String) async throws {
        try await run { server in
            var idle: [RawConnection] = []
            for _ in 0..<40 {
                let connection = try await RawConnection.open(port: server.port)
                try? await connection.send(Array(start.utf8))
                idle.append(connection)
            }
            let started = ContinuousClock.now
            for _ in 0..<10 { #expect(try await server.send("GET", Self.path).status == 200) }
            #expect(ContinuousClock.now - started < .seconds(10))
            #expect(counted("idle", on: server) >= 30)
            for connection in idle.dropLast(10) { #expect(await connection.isClosed(within: .seconds(20))) }
            for connection in idle { await connection.close() }
        }
    }

    @Test("The connection that was idle for longest is closed; the others serve further requests")
    func order() async throws {
        try await run { server in
            var connections: [RawConnection] = []
            for _ in 0..<4 {
                let connection = try await RawConnection.open(port: server.port)
                #expect(try await connection.send(server.request("GET", Self.path)).status == 200)
                connections.append(connection)
            }
            #expect(try await connections[0].send(Self.health).status == 200)
            let fifth = try await RawConnection.open(port: server.port)
            #expect(try await fifth.send(Self.health).status == 200)
            #expect(await connections[1].isClosed(within: .seconds(20)))
            for index in [0, 2, 3] { #expect(try await connections[index].send(Self.health).status == 200) }
            for connection in connections + [fifth] { await connection.close() }
        }
    }

    @Test("A request in progress is completed while other clients connect")
    func inProgress() async throws {
        try await run { server in
            let body = Array(#"{"name": "registry.example/slow"}"#.utf8)
            let request = server.request("POST", Self.path + "?verify=no", [(name: "Content-Length", value: "\(body.count)")])
            let slow = try await RawConnection.open(port: server.port)
            try await slow.send(request.bytes + body.prefix(10))
            var idle: [RawConnection] = []
            for _ in 0..<40 { idle.append(try await RawConnection.open(port: server.port)) }
            #expect(try await server.send("GET", Self.path).status == 200)
            try await slow.send(Array(body.dropFirst(10)))
            #expect(try await slow.receive().status == 201)
            for connection in idle + [slow] { await connection.close() }
        }
    }

    @Test("Health checks are served while every connection has a request in progress; other requests are refused with the reason")
    func reserve() async throws {
        try await run { server in
            let (busy, refused) = try await fill(server, with: busy)
            var connections = busy
            #expect(refused["Retry-After"] == "1")
            #expect(refused["Connection"] == "close")
            #expect(refused.text.contains("All 4 connections (--max-connections) have a request in progress"))
            // More than the reserve: idle connections in the reserve are evicted, too.
            for _ in 0..<10 { connections.append(try await RawConnection.open(port: server.port)) }
            for path in ["/healthz", "/readyz", "/readyz?a=b"] {
                let response = try await server.send("GET", path, as: .nobody)
                #expect(response.status == 200, "\(path): \(response.text)")
                #expect(response["Connection"] == "close")
            }
            #expect(counted("capacity", on: server) >= 1)
            for connection in connections { await connection.close() }
            let end = ContinuousClock.now + .seconds(20)
            while try await server.send("GET", Self.path).status == 503 { try #require(ContinuousClock.now < end) }
            #expect(try await server.send("GET", Self.path).status == 200)
        }
    }

    @Test("An address with its share of unauthenticated connections loses its own oldest one, and authenticated clients lose none")
    func address() async throws {
        try await run(connections: 100, perAddress: 3) { server in
            var known: [RawConnection] = []
            for _ in 0..<8 {
                let connection = try await RawConnection.open(port: server.port)
                #expect(try await connection.send(server.request("GET", Self.path)).status == 200)
                known.append(connection)
            }
            var strangers: [RawConnection] = []
            for _ in 0..<10 {
                let connection = try await RawConnection.open(port: server.port)
                #expect(try await connection.send(Self.health).status == 200)
                strangers.append(connection)
            }
            for connection in strangers.prefix(7) { #expect(await connection.isClosed(within: .seconds(20))) }
            for connection in strangers.suffix(3) + known { #expect(try await connection.send(Self.health).status == 200) }
            #expect(counted("address", on: server) == 7)
            #expect(counted("idle", on: server) == 0)
            for connection in strangers + known { await connection.close() }
        }
    }

    @Test("A valid key authenticates a connection of the gateway; a wrong key does not")
    func credentials() async throws {
        try await run(connections: 100, perAddress: 1) { server in
            let right = try await RawConnection.open(port: server.port)
            #expect(try await right.send(server.request("GET", "/v2/")).status == 200)
            let wrong = try await RawConnection.open(port: server.port)
            #expect(try await wrong.send(server.request("GET", "/v2/", as: .field(TestServer.basic("admin:wrong")))).status == 401)
            let next = try await RawConnection.open(port: server.port)
            #expect(try await next.send(Self.health).status == 200)
            #expect(await wrong.isClosed(within: .seconds(20)))
            #expect(try await right.send(Self.health).status == 200)
            for connection in [right, next] { await connection.close() }
        }
    }

    @Test("Connections of a trusted proxy count against no address")
    func trusted() async throws {
        try await run(connections: 100, perAddress: 3, trustedProxies: [#require(Network("127.0.0.0/8"))]) { server in
            var connections: [RawConnection] = []
            for _ in 0..<20 { connections.append(try await RawConnection.open(port: server.port)) }
            for connection in connections { #expect(try await connection.send(Self.health).status == 200) }
            for connection in connections { await connection.close() }
        }
    }

    @Test("An address whose unauthenticated connections all have a request in progress is limited to health checks, and gets the reason")
    func busyAddress() async throws {
        try await run(connections: 100, perAddress: 3) { server in
            let (connections, refused) = try await fill(server, with: busyStranger)
            #expect(refused.text.contains("Your address has 3 connections"))
            #expect(refused["Retry-After"] == "1")
            #expect(try await server.send("GET", "/readyz", as: .nobody).status == 200)
            for connection in connections { await connection.close() }
        }
    }

    @Test("Hundreds of clients behind one address that connect at once all get responses")
    func burst() async throws {
        try await TestServer.run { server in
            let request = server.request("GET", Self.path, [(name: "Connection", value: "close")]).bytes
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<300 {
                    group.addTask {
                        let connection = try await RawConnection.open(port: server.port)
                        try await connection.send(request)
                        return try await connection.receive().status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.allSatisfy { $0 == 200 })
            #expect(counted("address", on: server) == 0)
        }
    }

    @Test("Over TLS, unfinished handshakes are evicted", .enabled(if: RegistryCertificate.isPossible, "openssl is not installed"))
    func handshakes() async throws {
        try await SecureServer.run(connections: ConnectionCapacity(connections: 4)) { server in
            var stalled: [RawConnection] = []
            for stall in [Stall.beforeAnything, .inTheFirstMessage, .afterTheFirstMessage] {
                for _ in 0..<10 {
                    let connection = try await RawConnection.open(port: server.port)
                    try? await connection.send(stall.beginning(server.certificate))
                    stalled.append(connection)
                }
            }
            let started = ContinuousClock.now
            #expect(try await server.open().send(Self.health).status == 200)
            #expect(ContinuousClock.now - started < .seconds(10))
            for connection in stalled { await connection.close() }
        }
    }
}
