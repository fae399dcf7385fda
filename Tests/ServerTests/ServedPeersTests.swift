import Foundation
import TestSupport
import Testing

@Suite("Server settings that limit clients") struct ServedPeersTests {
    @Test("With --trusted-proxy and without TLS, only the proxy is served") func proxyOnly() async throws {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder, ["--trusted-proxy", "192.0.2.1/32"]) { server in
            let refused = try await APIClient(server).call("GET", "/api/repo/v1/repository/")
            #expect(refused.status == 403 && refused.body.contains("none of them"), "\(refused.text)")
            try await #expect(APIClient(server).call("GET", "/healthz").status == 200)
        }
        try await LightermanProcess.with(in: folder, ["--trusted-proxy", "127.0.0.0/8"]) { server in
            try await #expect(APIClient(server).call("GET", "/api/repo/v1/repository/").status == 200)
        }
    }

    @Test("--organization-limit applies to users and not to administrators") func organizations() async throws {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder, ["--organization-limit", "0"]) { server in
            let admin = try APIClient(server)
            try #expect(await admin.call("POST", "/api/account/v1/organization/", #"{"name": "acme"}"#).status == 201)
            try #expect(await admin.call("POST", "/api/account/v1/user/", #"{"name": "carol"}"#).status == 201)
            let body = #"{"account": "carol", "scopes": ["account:admin"]}"#
            let key = try await admin.call("POST", "/api/account/v1/apikey/", body)
            struct Key: Decodable { let key: String }
            let carol = APIClient(server, account: "carol", key: try key.decoded(Key.self).key)
            let refused = try await carol.call("POST", "/api/account/v1/organization/", #"{"name": "carols"}"#)
            #expect(refused.status == 403 && refused.body.contains("--organization-limit 0"), "\(refused.text)")
        }
    }
}
