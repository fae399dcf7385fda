import FakeCloud
import FoundationEssentials
import Testing

@Suite struct APIKeyTests {
    private static let noon = Date(timeIntervalSince1970: 1_413_201_600)  // Mon, 13 Oct 2014 12:00:00 +0000

    @Test("The list of keys shows scopes, expiry, last use and state")
    func list() async throws {
        let objects = [
            Body.apiKey("live", label: "", expires: "Mon, 13 Oct 2014 12:00:01 +0000", lastUsed: "Mon, 13 Oct 2014 11:50:00 +0000"),
            Body.apiKey("expired", expires: "Mon, 13 Oct 2014 12:00:00 +0000"),
            Body.apiKey("revoked", expires: nil, revoked: "Mon, 13 Oct 2014 11:00:00 +0000"),
        ]
        try await FakeCloud.run { _ in
            .page(objects)
        } _: { cloud in
            let shell = await Shell.run(["apikey", "ls"], at: cloud, now: Self.noon)
            #expect(
                shell.output == [
                    """
                    ID       ACCOUNT  LABEL         SCOPES                EXPIRES               LAST_USED             STATE
                    live     acme+ci                pull,repository:read  2014-10-13T12:00:01Z  2014-10-13T11:50:00Z  live
                    expired  acme+ci  build server  pull,repository:read  2014-10-13T12:00:00Z  never                 expired
                    revoked  acme+ci  build server  pull,repository:read  never                 never                 revoked
                    """
                ])
            #expect(await Shell.run(["apikey", "ls", "-q"], at: cloud).output == ["live", "expired", "revoked"])
            let json = await Shell.run(["apikey", "ls", "-o", "json"], at: cloud)
            #expect(json.output == ["[\n  " + objects.joined(separator: ",\n  ") + "\n]"])
        }
    }

    @Test("--for lists the keys of one account, regardless of the namespace")
    func account() async throws {
        try await FakeCloud.run { _ in
            .page([])
        } _: { cloud in
            _ = await Shell.run(["apikey", "ls", "--for", "acme+ci", "--namespace", "acme"], at: cloud)
            _ = await Shell.run(["apikey", "ls"], at: cloud)
            #expect(cloud.lines == ["GET /api/account/v1/apikey/?account=acme%2Bci&limit=250", "GET /api/account/v1/apikey/?limit=250"])
        }
    }

    @Test("Revoking prints the IDs and continues after a failure")
    func revoke() async throws {
        try await FakeCloud.run { request in
            request.target.contains("gone") ? .failure(404, "Not found") : .noContent
        } _: { cloud in
            let shell = await Shell.run(["apikey", "revoke", "gone", "4bVn0cQw8ZrT"], at: cloud)
            #expect(shell.status == 3)
            #expect(shell.output == ["4bVn0cQw8ZrT"])
            #expect(shell.errors == ["gone: Not found (404)"])
            #expect(cloud.lines == ["DELETE /api/account/v1/apikey/gone/", "DELETE /api/account/v1/apikey/4bVn0cQw8ZrT/"])
        }
    }

    @Test("Revoking reports revoked renewals and keys that stay valid; --descendants is sent to the server")
    func revokeLineage() async throws {
        try await FakeCloud.run { _ in
            .ok(#"{"revoked": ["4bVn0cQw8ZrT", "child"], "remaining": [{"account": "acme+ci", "id": "robot", "label": "build"}]}"#)
        } _: { cloud in
            let shell = await Shell.run(["apikey", "revoke", "--descendants", "4bVn0cQw8ZrT"], at: cloud)
            #expect(shell.status == 0 && shell.output == ["4bVn0cQw8ZrT\nchild"])
            #expect(
                shell.errors == [
                    "4bVn0cQw8ZrT: keys that were created with it stay valid: robot of acme+ci (build). --descendants revokes them"
                ])
            #expect(cloud.lines == ["DELETE /api/account/v1/apikey/4bVn0cQw8ZrT/?descendants=true"])
        }
    }

    @Test("Renewing prints the new key")
    func renew() async throws {
        try await FakeCloud.run { _ in
            .response(status: 201, body: Body.apiKey(key: "lm_4bVn0cQw8ZrT_secret"))
        } _: { cloud in
            let shell = await Shell.run(["apikey", "renew", "--expires", "30", "--grace", "0"], at: cloud)
            #expect(shell.status == 0 && shell.output == ["lm_4bVn0cQw8ZrT_secret"])
            #expect(cloud.lines == ["POST /api/account/v1/apikey/self/renewal/"])
        }
    }

    @Test("Inspecting a key prints the server's whole object, indented")
    func inspect() async throws {
        try await FakeCloud.run { _ in
            .ok(Body.apiKey())
        } _: { cloud in
            let shell = await Shell.run(["apikey", "inspect", "4bVn0cQw8ZrT"], at: cloud)
            #expect(shell.status == 0)
            #expect(shell.output.first?.contains("\n  \"id\": \"4bVn0cQw8ZrT\",\n") == true)
            #expect(cloud.lines == ["GET /api/account/v1/apikey/4bVn0cQw8ZrT/"])
        }
    }

    @Test("A whole key instead of its ID is a usage error, and the key is not printed", arguments: ["revoke", "inspect"])
    func wholeKey(verb: String) async throws {
        try await FakeCloud.run { _ in
            .noContent
        } _: { cloud in
            let shell = await Shell.run(["apikey", verb, "4bVn0cQw8ZrT", "lm_4bVn0cQw8ZrT_canary"], at: cloud)
            #expect(shell.status == 64)
            #expect(cloud.requests.isEmpty)
            #expect(!shell.everything.contains("canary"))
        }
    }
}
