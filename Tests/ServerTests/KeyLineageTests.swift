import Foundation
import TestSupport
import Testing

@Suite("Lineage of API keys, with the binary")
struct KeyLineageTests {
    @Test("A key that is valid for a day creates no key that lives longer, and its revocation can include the keys that it created")
    func lineage() async throws {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder) { server in
            let admin = try APIClient(server)
            let maker = try await admin.makeKey(#"{"scopes": ["account:admin"], "expires_days": 1}"#)
            let client = APIClient(server, account: "admin", key: try #require(maker.key))
            let made = try await client.makeKey(#"{"scopes": ["account:admin"], "expires_days": 365}"#)
            #expect(made.expires_datetime == maker.expires_datetime && made.expires_datetime != nil)
            let heir = APIClient(server, account: "admin", key: try #require(made.key))
            let answer = try await heir.call("POST", "/api/account/v1/apikey/self/renewal/", #"{"expires_days": 365}"#)
            let renewed: KeyObject = try answer.decoded()
            #expect(answer.status == 201 && renewed.expires_datetime == maker.expires_datetime)
            let heirs = APIClient(server, account: "admin", key: try #require(renewed.key))
            try await #expect(admin.call("DELETE", "/api/account/v1/apikey/\(maker.id)/").status == 200)
            for dead in [client, heir, heirs] { try await #expect(dead.call("GET", "/api/account/v1/apikey/").status == 401) }
        }
        try await LightermanProcess.with(in: folder) { server in
            try await #expect(APIClient(server).call("GET", "/api/account/v1/apikey/").status == 200)
        }
    }
}
