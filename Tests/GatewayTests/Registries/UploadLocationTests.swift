import Domain
import NIOHTTP1
import Naming
import Operations
import Storage
import TestSupport
import Testing

/// https://www.rfc-editor.org/rfc/rfc3986#section-5.2
@Suite("Locations of uploads")
struct UploadLocationTests {
    private static let uploads = "/v2/team/image/blobs/uploads/"

    struct Row: Sendable, CustomTestStringConvertible {
        /// `AUTHORITY` is replaced with the registry's.
        let location: String
        /// The target at which the upload continues.
        let target: String

        init(_ location: String, _ target: String) {
            self.location = location
            self.target = target
        }

        var testDescription: String { location }
    }

    private static let begun = [
        Row("\(uploads)7", "\(uploads)7"), Row("\(uploads)7?_state=s%2Ft", "\(uploads)7?_state=s%2Ft"),
        Row("\(uploads)7?_state=s%2Ft|u", "\(uploads)7?_state=s%2Ft%7Cu"),
        Row("//AUTHORITY\(uploads)7", "\(uploads)7"), Row("http://AUTHORITY\(uploads)7?a=b", "\(uploads)7?a=b"),
        Row("HTTP://AUTHORITY\(uploads)7", "\(uploads)7"), Row("Http://AUTHORITY/x/7", "/x/7"), Row("7", "\(uploads)7"),
        Row("./7", "\(uploads)7"), Row("../uploads/7", "\(uploads)7"), Row("../../blobs/uploads/7?a=b", "\(uploads)7?a=b"),
        Row("?state=1", "\(uploads)?state=1"), Row("/v2/team/./image/x/../blobs/uploads/7", "\(uploads)7"),
        Row("../../../../../../x/7", "/x/7"), Row("uploads/7?a=/b?c", "\(uploads)uploads/7?a=/b?c"),
    ]

    @Test("The location of an upload is resolved against the URL of the request", arguments: begun, RegistryScheme.allCases)
    func begin(_ row: Row, _ scheme: RegistryScheme) async throws {
        try await RegistryScene.run(scheme) { (scene: RegistryScene) async throws in
            let location = row.location.replacing("AUTHORITY", with: scene.registry.authority)
            scene.respond("POST", Self.uploads) { _ in .answer(status: 202, headers: ["Location": location]) }
            #expect(try await scene.fixture.push() == [202, 202, 201])
            let mark = row.target.contains("?") ? "&" : "?"
            #expect(scene.fixture.requestLines.suffix(2) == ["PATCH \(row.target)", "PUT \(row.target)\(mark)digest=\(Sample.blobDigest)"])
        }
    }

    private static let continued = [
        Row("8", "\(uploads)8"), Row("?_state=2", "\(uploads)7?_state=2"), Row("../uploads/8?_state=2", "\(uploads)8?_state=2"),
        Row("//AUTHORITY\(uploads)8", "\(uploads)8"), Row("HTTP://AUTHORITY\(uploads)8", "\(uploads)8"), Row("/8", "/8"),
    ]

    @Test("The location in the response to a PATCH is resolved against the PATCH", arguments: continued)
    func next(_ row: Row) async throws {
        try await RegistryScene.run(.basic) { (scene: RegistryScene) async throws in
            let location = row.location.replacing("AUTHORITY", with: scene.registry.authority)
            scene.respond("POST", Self.uploads) { _ in .answer(status: 202, headers: ["Location": "\(Self.uploads)7?_state=1"]) }
            scene.respond("PATCH", "\(Self.uploads)7") { _ in .answer(status: 202, headers: ["Location": location]) }
            #expect(try await scene.fixture.push() == [202, 202, 201])
            let mark = row.target.contains("?") ? "&" : "?"
            #expect(scene.fixture.requestLines.last == "PUT \(row.target)\(mark)digest=\(Sample.blobDigest)")
        }
    }

    @Test(
        "An upload location at another origin is refused, and nothing is sent there",
        arguments: [
            "http://OTHER/v2/a/blobs/uploads/1", "//OTHER/v2/a/blobs/uploads/1", "https://AUTHORITY/v2/a", "http://AUTHORITY@OTHER/v2/a",
            "/\\OTHER/a", "http://localhost:PORT/a", "http://127.0.0.1/a", "http:///a", "ftp://AUTHORITY/a", "http://AUTHORITY0/a",
            "http://user:password@AUTHORITY/a", "http://[::ffff:127.0.0.1]:PORT/a", "http://AUTHORITY\\@OTHER/a",
        ])
    func elsewhere(_ location: String) async throws {
        try await FaultyRegistry.run { other in
            try await RegistryScene.run(.basic, gateway: TestGateway(allowances: [other.authority])) { scene in
                let begun = try #require(try await scene.fixture.send("POST", "blobs/uploads/")["Location"])
                let location = location.replacing("AUTHORITY", with: scene.registry.authority).replacing("OTHER", with: other.authority)
                    .replacing("PORT", with: "\(scene.registry.port)")
                scene.respond("POST", Self.uploads) { _ in .answer(status: 202, headers: ["Location": location]) }
                scene.respond("PATCH", "\(Self.uploads)1") { _ in .answer(status: 202, headers: ["Location": location]) }
                let first = try await scene.fixture.send("POST", "blobs/uploads/")
                #expect(first.status == 502 && first["Location"] == nil, "\(first.status) \(first.text)")
                let second = try await scene.fixture.server.send(scene.fixture.server.request("PATCH", begun, body: Sample.blob))
                #expect(second.status == 502 && second["Location"] == nil, "\(second.status) \(second.text)")
                #expect(other.openings.isEmpty)
            }
        }
    }

    @Test("The case of a host does not matter", arguments: ["LOCALHOST", "LocalHost", "localhost"])
    func upperCase(_ host: String) async throws {
        try await RegistryScene.run(.basic) { scene in
            let (fixture, port) = (scene.fixture, scene.registry.port)
            let trust = RegistryTrust(isApproved: true)
            let registry = Registry(authority: try RegistryAuthority(parsing: "localhost:\(port)"), isSSL: false, trust: trust)
            try await fixture.backend.decoratedStore.write { try $0.configure(registry) }
            let input = CredentialInput(username: Secret(Canary.username), password: Secret(Canary.password))
            _ = try await fixture.backend.backend.registerRepository(
                RepositoryName(parsing: "localhost:\(port)/team/image"), with: input, in: nil, verify: .unspecified,
                by: fixture.backend.caller()
            )
            scene.respond("POST", Self.uploads) { _ in
                .answer(status: 202, headers: ["Location": "HTTP://\(host):\(port)\(Self.uploads)7"])
            }
            let begun = try await fixture.server.send("POST", "/v2/localhost_\(port)/team/image/blobs/uploads/")
            #expect(begun.status == 202, "\(begun.text)")
            let location = try #require(begun["Location"])
            let sent = try await fixture.server.send(fixture.server.request("PATCH", location, body: Sample.blob))
            #expect(sent.status == 202, "\(sent.text)")
            #expect(fixture.requestLines.last == "PATCH \(Self.uploads)7")
        }
    }
}
