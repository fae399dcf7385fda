import Domain
import FoundationEssentials
import Operations
import TestSupport
import Testing

@Suite("Expired API keys at the gateway") struct ExpiredKeyTests {
    @Test("A caller with the secret of an expired key receives its expiry: at /v2/, at /token, with a token, and by the API") func told()
        async throws
    {
        try await Fixture.run { fixture in
            let key = try await fixture.backend.makeKey(of: "admin", expires: fixture.backend.clock.clock.now() + 60)
            let token = try await fixture.token(as: .bearer(key))
            fixture.backend.clock.advance(by: 61)
            let end = (fixture.backend.clock.clock.now() - 1).formatted(.iso8601)
            for authorization in [Authorization.bearer(key), .basic("admin", key), .field("Bearer \(token)")] {
                for path in ["/v2/", "/v2/_catalog", "/v2/\(fixture.name())/manifests/v1"] {
                    let response = try await fixture.server.send("GET", path, as: authorization)
                    #expect(response.status == 401 && response.challenge["error"] == "invalid_token", "\(path)")
                    #expect(response.message == "The API key expired at \(end): log in with another one")
                }
            }
            for path in ["/token?service=x", "/api/repo/v1/repository/"] {
                let response = try await fixture.server.send("GET", path, as: .basic("admin", key))
                #expect(
                    response.status == 401 && response.text.contains("expired at \(end)") && response["WWW-Authenticate"] != nil, "\(path)")
            }
            #expect(fixture.server.log.text.contains("expired API key"))
        }
    }
}
