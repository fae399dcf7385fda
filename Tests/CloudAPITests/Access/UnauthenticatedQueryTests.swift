import Domain
import HTTPTypes
import TestSupport
import Testing

@testable import CloudAPI

@Suite("Queries of unauthenticated requests") struct UnauthenticatedQueryTests {
    private static let queries = [
        "limit=x", "limit=-1", "nothing=1", "limit=1&limit=2", "name=a&n%61me=b", "x=%ZZ", "name=%FF", "%C3=1", "x=%00", "verify=perhaps",
        "verify=%", "all_namespaces=maybe", "start_date__gte=yesterday", "=1&=2",
    ]
    private static let malformed = ["x=%ZZ", "name=%FF", "%C3=1", "x=%00", "verify=%", "limit=1&name=%2", "limit=1&limit=2"]

    /// The path of a route with a value for each of its parameters.
    private static func path(of route: Route) -> String {
        [
            ("[namespace/]", ""), ("repository/(name)", "repository/registry.example/a"), ("(host)", "registry.example"),
            ("(uuid)", DocumentedPath.actionID), ("(name)", "acme"), ("(user)", "bob"), ("(id)", DocumentedPath.keyID),
        ].reduce(route.path) { $0.replacing($1.0, with: $1.1) }
    }

    @Test("Every route responds with 401 to bad credentials, whatever the query", arguments: BadCredential.allCases)
    func everyRoute(_ kind: BadCredential) async throws {
        try await TestServer.run { server in
            let bad = try await kind.authorization(for: "mallory", on: server.backend)
            for route in Route.all {
                for query in Self.queries {
                    // Sent more slowly than the throttle counts.
                    server.backend.clock.advance(by: 7)
                    let target = "\(Self.path(of: route))?\(query)"
                    let response = try await server.send(route.method.rawValue, target, as: bad)
                    #expect(response.status == 401, "\(route.method) \(target) \(response.text)")
                    #expect(!response.text.contains("parameter") && !response.text.contains("percent"))
                }
            }
        }
    }

    @Test("Every route rejects a malformed or repeated query of an authenticated client")
    func authenticated() async throws {
        try await TestServer.run { server in
            for route in Route.all {
                for query in Self.malformed {
                    let target = "\(Self.path(of: route))?\(query)"
                    let response = try await server.send(route.method.rawValue, target)
                    #expect(
                        response.status == 400 && response.error?.contains("query") == true, "\(route.method) \(target) \(response.text)")
                }
            }
        }
    }

    @Test(
        "An API key in a query is rejected for every caller, also next to an invalid parameter",
        arguments: ["x=KEY", "x=%ZZ&y=KEY", "limit=1&limit=2&y=KEY", "KEY=%ZZ", "x=%ZZKEY", "x=%ZZ&password=y"])
    func secrets(_ query: String) async throws {
        try await TestServer.run { server in
            let query = query.replacing("KEY", with: server.backend.key.revealed())
            for authorization in [Authorization.nobody, .administrator, .field("Bearer x")] {
                let response = try await server.send("GET", "\(TestServer.repositories)?\(query)", as: authorization)
                #expect(response.status == 400 && response.error?.contains("must not contain credentials") == true)
            }
        }
    }
}
