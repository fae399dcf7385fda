import Domain
import TestSupport
import Testing

@Suite("Realms named at /v2/ only")
struct SchemeHintTests {
    private static let pulls = [
        ("GET", "manifests/v1"), ("HEAD", "manifests/v1"), ("GET", "blobs/\(Sample.blobDigest)"), ("HEAD", "blobs/\(Sample.blobDigest)"),
    ]

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// The response of the realm.
        let reply: RegistryReply
    }

    private static let rows = [
        Row(testDescription: "404", reply: .html(404)), Row(testDescription: "401", reply: .json(401, #"{"details":"wrong"}"#)),
        Row(testDescription: "400", reply: .error(400, "INVALID", "no")), Row(testDescription: "403", reply: .error(403, "DENIED", "no")),
        Row(testDescription: "405", reply: .html(405)), Row(testDescription: "500", reply: .html(500)),
        Row(testDescription: "200 without a token", reply: .html(200)),
        Row(testDescription: "a redirect", reply: .redirect(to: "https://a.example/")),
        Row(testDescription: "a closed connection", reply: .hangUp),
    ]

    enum Place: String, CaseIterable, Sendable { case own, approved, foreign, unusable }

    /// Runs a registry that names a realm at `/v2/`, but authenticates its repositories with Basic or not at all.
    private func run(
        _ row: Row, _ place: Place, isOpen: Bool, _ body: (Fixture, FaultyRegistry) async throws -> Void
    ) async throws {
        try await FaultyRegistry.run { other in
            var behavior = Fixture.behavior
            if isOpen { behavior.users = [:] }
            behavior.respond = RegistryScene.accepting
            try await Fixture.run(behavior) { fixture in
                let realm = place == .own ? fixture.registry : other
                for method in ["GET", "POST"] { realm.set(row.reply, for: method, "/token") }
                let url = place == .unusable ? "ftp://\(other.authority)/token" : "http://\(realm.authority)/token"
                fixture.registry.set(.challenge(#"Bearer realm="\#(url)",service="a""#), for: "GET", "/v2/")
                if place == .approved { try await fixture.approve(realm: url) }
                try await body(fixture, other)
            }
        }
    }

    @Test("Pulls succeed if the repository demands Basic or no authentication", arguments: rows, Place.allCases)
    func pulls(_ row: Row, _ place: Place) async throws {
        for isOpen in [true, false] {
            for pull in Self.pulls {
                try await run(row, place, isOpen: isOpen) { (fixture: Fixture, other: FaultyRegistry) async throws in
                    for _ in 1...2 {
                        let response = try await fixture.send(pull.0, pull.1)
                        #expect(response.status == 200, "\(isOpen) \(pull): \(response.status) \(response.text)")
                    }
                    #expect(try await fixture.inspect().verification.state == .verified)
                    if place != .approved { #expect(other.openings.isEmpty) }
                    // The login is not sent to a realm that only `/v2/` names if the repository demands Basic.
                    if place == .own, !isOpen { #expect(!fixture.registry.requests.contains { $0.path == "/token" }) }
                }
            }
        }
    }

    @Test("Pushes succeed if the repository demands Basic or no authentication", arguments: rows, Place.allCases)
    func pushes(_ row: Row, _ place: Place) async throws {
        for isOpen in [true, false] {
            try await run(row, place, isOpen: isOpen) { (fixture: Fixture, other: FaultyRegistry) async throws in
                for _ in 1...2 { #expect(try await fixture.push() == [202, 202, 201], "\(isOpen)") }
                #expect(try await fixture.pushManifest().status == 201)
                #expect(fixture.registry.requests.count { $0.method == "PATCH" } == 2)
                if place != .approved { #expect(other.openings.isEmpty) }
            }
        }
    }

    @Test("A list of a repository with Basic succeeds, regardless of the realm", arguments: rows, Place.allCases)
    func list(_ row: Row, _ place: Place) async throws {
        try await run(row, place, isOpen: false) { (fixture: Fixture, _: FaultyRegistry) async throws in
            for _ in 1...2 { #expect(try await fixture.send("GET", "tags/list").status == 200) }
        }
    }

    @Test(
        "Absence and lists of an open repository do not depend on the realm without a credential, and do with one", arguments: rows,
        [Place.own, .foreign])
    func missing(_ row: Row, _ place: Place) async throws {
        try await run(row, place, isOpen: true) { (fixture: Fixture, _: FaultyRegistry) async throws in
            try await fixture.register("team/open", nil, nil)
            fixture.registry.change { $0.repositories.insert("team/open") }
            #expect(try await fixture.send("GET", "manifests/none", of: "team/open").status == 404)
            #expect(try await fixture.send("GET", "tags/list", of: "team/open").status == 200)
            for resource in ["manifests/none", "tags/list"] {
                let response = try await fixture.send("GET", resource)
                #expect([403, 502].contains(response.status), "\(resource): \(response.status) \(response.text)")
            }
        }
    }

    @Test("A realm that works is used even if the repository sends no challenge", arguments: [200, 404], [true, false])
    func working(_ status: Int, _ isApproved: Bool) async throws {
        var behavior = Fixture.behavior
        behavior.users = [:]
        try await Fixture.run(behavior) { (fixture: Fixture) async throws in
            let realm = "http://\(fixture.registry.authority)/token"
            if isApproved { try await fixture.approve(realm: realm) }
            let path = "/v2/team/image/blobs/\(Sample.blobDigest)"
            fixture.registry.intercept { request in
                switch request.path {
                case "/v2/": .challenge("Bearer realm=\"\(realm)\"")
                case "/token": .json(200, #"{"token":"abc"}"#)
                // A registry may hide private repositories from anonymous clients.
                case path where request.authorization == nil && status == 404: .html(404)
                default: nil
                }
            }
            for _ in 1...3 { #expect(try await fixture.send("GET", "blobs/\(Sample.blobDigest)").body == Sample.blob) }
            let content = fixture.registry.requests.filter { $0.path == path }.map(\.authorization)
            #expect(content == (isApproved ? [] : [nil]) + ["Bearer abc", "Bearer abc", "Bearer abc"])
        }
    }

    @Test("If the repository itself demands the realm, the realm's failure is returned after one request", arguments: [true, false])
    func demanded(_ isApproved: Bool) async throws {
        var behavior = Fixture.behavior
        behavior.users = [:]
        try await Fixture.run(behavior) { (fixture: Fixture) async throws in
            let realm = "http://\(fixture.registry.authority)/token"
            if isApproved { try await fixture.approve(realm: realm) }
            fixture.registry.intercept { request in
                request.path == "/token" ? .json(401, #"{"details":"wrong"}"#) : .challenge("Bearer realm=\"\(realm)\"")
            }
            let response = try await fixture.send("GET", "blobs/\(Sample.blobDigest)")
            #expect(response.status == 403 && response["Retry-After"] != nil, "\(response.text)")
            let count = fixture.registry.requests.count
            #expect(fixture.registry.requests.count { $0.path == "/token" } == 1)
            // The login is held back, and no request is sent.
            for _ in 1...3 { #expect(try await fixture.send("GET", "blobs/\(Sample.blobDigest)").status == 403) }
            #expect(fixture.registry.requests.count == count)
        }
    }
}
