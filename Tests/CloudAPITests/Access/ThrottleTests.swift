import Domain
import HTTPSupport
import TestSupport
import Testing

@Suite("Throttling of wrong keys in requests")
struct ThrottleTests {
    private func statuses(_ count: Int, as authorization: Authorization, on server: TestServer) async throws -> [Int] {
        var statuses: [Int] = []
        for _ in 0..<count { statuses.append(try await server.send("GET", TestServer.repositories, as: authorization).status) }
        return statuses
    }

    @Test("40 wrong keys for an account end in 429; the valid key still works")
    func guessing() async throws {
        try await TestServer.run { server in
            let wrong = Authorization.basic("admin", KeyForger.wrongSecret(of: server.backend.key))
            #expect(try await statuses(40, as: wrong, on: server) == Array(repeating: 401, count: 30) + Array(repeating: 429, count: 10))
            let refused = try await server.send("GET", TestServer.repositories, as: wrong)
            #expect(refused["Retry-After"] == "180")
            #expect(refused.error == "Too many wrong credentials came from this address. Try again in 180 s.")
            #expect(try await statuses(3, as: .administrator, on: server) == [200, 200, 200])
            #expect(try await statuses(1, as: .bearer(server.backend.key), on: server) == [200])
            #expect(try await statuses(1, as: wrong, on: server) == [429])
            server.backend.clock.advance(by: 180)
            #expect(try await statuses(1, as: wrong, on: server) == [401])
        }
    }

    @Test("Other spellings of the account or scheme are not accepted, and not counted separately")
    func spellings() async throws {
        try await TestServer.run { server in
            let key = server.backend.key.revealed()
            let wrong = KeyForger.wrongSecret(of: server.backend.key).revealed()
            let accounts = [
                "ADMIN", "Admin", " admin", "admin ", "admin\t", "", "admin:", ":admin", "admin\u{0}", "\u{430}dmin", "a%64min",
            ]
            var fields = accounts.map { TestServer.basic("\($0):\(key)") }
            fields += ["Bearer \(wrong)", "bearer \(wrong)", "Bearer  \(key)x", "Bearer admin:\(key)", "Token \(key)", key, "Basic \(key)"]
            fields += ["Basic", "Bearer", "Digest username=admin", TestServer.basic("admin"), TestServer.basic("admin:\(wrong)")]
            for field in fields + fields {
                let status = try await server.send("GET", TestServer.repositories, as: .field(field)).status
                #expect(status == 401 || status == 429, "\(field.replacing(key, with: "KEY"))")
            }
            for field in fields {
                let status = try await server.send("GET", TestServer.repositories, as: .field(field)).status
                #expect(status == 429, "\(field.replacing(key, with: "KEY"))")
            }
            #expect(try await statuses(1, as: .administrator, on: server) == [200])
        }
    }

    @Test("Two Authorization fields, one of them valid, are rejected and counted")
    func twoFields() async throws {
        try await TestServer.run { server in
            let right = try #require(server.value(of: .administrator))
            for _ in 0..<31 {
                let pair = [(name: "Authorization", value: "Bearer x"), (name: "Authorization", value: right)]
                _ = try await server.send("GET", TestServer.repositories, as: .nobody, pair)
            }
            #expect(try await statuses(1, as: .field("Bearer x"), on: server) == [429])
        }
    }

    @Test("Requests without credentials are never counted")
    func nobody() async throws {
        try await TestServer.run { server async throws in
            #expect(try await statuses(60, as: .nobody, on: server).allSatisfy { $0 == 401 })
            #expect(try await statuses(1, as: .field("Bearer x"), on: server) == [401])
        }
    }

    @Test("X-Forwarded-For changes the throttled address only behind a trusted proxy")
    func forwarded() async throws {
        let isThrottled = { (server: TestServer) async throws -> Bool in
            var last = 0
            for index in 0..<40 {
                let fields = [(name: "X-Forwarded-For", value: "198.51.100.\(index)")]
                last = try await server.send("GET", TestServer.repositories, as: .field("Bearer x"), fields).status
            }
            return last == 429
        }
        #expect(try await TestServer.run(isThrottled))
        let loopback = try #require(Network("127.0.0.0/8"))
        #expect(try await TestServer.run(trustedProxies: [loopback], isThrottled) == false)
    }
}
