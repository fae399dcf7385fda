import NIOHTTP1
import TestSupport
import Testing

@Suite("Media types of manifests")
struct ManifestTypeTests {
    private static let types = [
        "application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.docker.distribution.manifest.v2+json",
    ]

    private static func bytes(_ type: String?) -> [UInt8] {
        Array(#"{"schemaVersion":2,\#(type.map { #""mediaType":"\#($0)","# } ?? "")"layers":[]}"#.utf8)
    }

    private static func reply(_ bytes: [UInt8], _ type: String?) -> RegistryReply {
        var headers: HTTPHeaders = ["Docker-Content-Digest": Sample.digest(of: bytes)]
        if let type { headers.add(name: "Content-Type", value: type) }
        return .answer(status: 200, headers: headers, body: bytes)
    }

    private static func serve(_ bytes: [UInt8], as type: String?, at registry: FaultyRegistry) {
        for method in ["GET", "HEAD"] {
            for reference in ["v1", Sample.digest(of: bytes)] {
                registry.set(reply(bytes, type), for: method, "/v2/team/image/manifests/\(reference)")
            }
        }
    }

    private static func contentTypes(_ response: RawResponse) -> [String] {
        response.fields.filter { $0.name.lowercased() == "content-type" }.map(\.value)
    }

    @Test("A manifest without Content-Type has its own mediaType, also from the cache", arguments: types, [true, false])
    func named(_ type: String, _ isByTag: Bool) async throws {
        try await Fixture.run { fixture in
            let bytes = Self.bytes(type)
            Self.serve(bytes, as: nil, at: fixture.registry)
            for _ in 1...3 {
                let response = try await fixture.send("GET", "manifests/\(isByTag ? "v1" : Sample.digest(of: bytes))")
                #expect(response.status == 200 && response.body == bytes)
                #expect(Self.contentTypes(response) == [type])
            }
        }
    }

    private static let unnamed = [
        bytes(nil), Array(#"{"mediaType":7}"#.utf8), Array(#"{"mediaType":"a\r\nb"}"#.utf8), Array(#"{"mediaType":""}"#.utf8),
        Array(#"{"config":{"mediaType":"a/b"}}"#.utf8), Array("[]".utf8), Array("not JSON".utf8),
    ]

    @Test("A manifest without a media type is served without Content-Type", arguments: unnamed, [true, false])
    func withoutType(_ bytes: [UInt8], _ isByTag: Bool) async throws {
        try await Fixture.run { fixture in
            Self.serve(bytes, as: nil, at: fixture.registry)
            for _ in 1...3 {
                let response = try await fixture.send("GET", "manifests/\(isByTag ? "v1" : Sample.digest(of: bytes))")
                #expect(response.status == 200 && response.body == bytes)
                #expect(Self.contentTypes(response).isEmpty, "\(response.fields)")
            }
        }
    }

    @Test("The registry's Content-Type takes precedence over the manifest's mediaType", arguments: types)
    func field(_ type: String) async throws {
        try await Fixture.run { (fixture: Fixture) async throws in
            let bytes = Self.bytes("application/vnd.example+json")
            Self.serve(bytes, as: type, at: fixture.registry)
            for _ in 1...2 { #expect(Self.contentTypes(try await fixture.send("GET", "manifests/v1")) == [type]) }
        }
    }

    @Test("The type of the registry's last response replaces the cached one", arguments: types, types)
    func changed(_ first: String, _ second: String) async throws {
        try await Fixture.run { fixture in
            let bytes = Self.bytes(nil)
            Self.serve(bytes, as: first, at: fixture.registry)
            #expect(Self.contentTypes(try await fixture.send("GET", "manifests/v1")) == [first])
            Self.serve(bytes, as: second, at: fixture.registry)
            for reference in ["v1", "v1", Sample.digest(of: bytes)] {
                let response = try await fixture.send("GET", "manifests/\(reference)")
                #expect(response.body == bytes && Self.contentTypes(response) == [second], "\(reference): \(response.fields)")
            }
        }
    }

    @Test("The response to HEAD has the type of the registry's response", arguments: types)
    func head(_ type: String) async throws {
        try await Fixture.run { (fixture: Fixture) async throws in
            Self.serve(Self.bytes(nil), as: type, at: fixture.registry)
            #expect(Self.contentTypes(try await fixture.send("HEAD", "manifests/v1")) == [type])
            Self.serve(Self.bytes(nil), as: nil, at: fixture.registry)
            #expect(Self.contentTypes(try await fixture.send("HEAD", "manifests/v1")).isEmpty)
        }
    }
}
