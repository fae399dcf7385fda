import Naming
import Testing

@testable import Gateway

@Suite("Paths of the distribution API")
struct GatewayPathTests {
    private static let hash = "sha256:" + String(repeating: "0123456789abcdef", count: 4)

    @Test(
        "A path is parsed from the right, for any repository name",
        arguments: ["a.example/b/c", "a.example/manifests/blobs/tags", "a.example/blobs/uploads/list", "acme/a.example_5000/b"])
    func fromTheRight(name: String) throws {
        let digest = try #require(ContentDigest(parsing: Self.hash))
        let rows: [(String, GatewayPath.Resource)] = [
            ("manifests/v1", .manifest(.tag("v1"))), ("manifests/\(Self.hash)", .manifest(.digest(digest))),
            ("blobs/\(Self.hash)", .blob(digest)), ("blobs/uploads", .uploads), ("blobs/uploads/", .uploads),
            ("blobs/uploads/a.b.c", .upload("a.b.c")), ("tags/list", .tags), ("referrers/\(Self.hash)", .referrers(digest)),
        ]
        for (resource, expected) in rows {
            #expect(try GatewayPath(parsing: "/v2/\(name)/\(resource)") == .repository(name: name, expected), "\(resource)")
        }
    }

    @Test(
        "The paths of the base and the catalogue are parsed",
        arguments: [("/v2", GatewayPath.base), ("/v2/", .base), ("/v2/_catalog", .catalog)])
    func others(path: String, expected: GatewayPath) throws {
        #expect(try GatewayPath(parsing: path) == expected)
    }

    @Test(
        "An invalid path is refused with its error",
        arguments: [
            ("/v2/a", GatewayPath.ParsingError.unknown), ("/v2/manifests/v1", .unknown), ("/v2/a.example/b/tags", .unknown),
            ("/v2/a.example/b/manifests/.v1", .reference), ("/v2/a.example/b/manifests/sha256:12", .reference),
            ("/v2/a.example/b/blobs/latest", .digest), ("/v2/a.example/b/referrers/v1", .digest),
        ] as [(String, GatewayPath.ParsingError)])
    func refused(path: String, error: GatewayPath.ParsingError) {
        #expect(throws: error) { try GatewayPath(parsing: path) }
    }
}
