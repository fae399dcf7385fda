import Domain
import Foundation
import Naming
import Operations
import RegistryClient
import Sealing
import TestSupport
import Testing

@testable import Gateway

@Suite("Tokens for locations on a registry")
struct LocationTokenTests {
    private static let upload = "/v2/team/image/blobs/uploads/1"
    private static let tags = "tags/list"
    private static let now = Date(timeIntervalSince1970: 1_700_000_000)
    private static let account = UUID()

    private static func repository(_ id: UUID = UUID()) throws -> Repository {
        Repository(
            id: id, namespace: try NamespaceName(parsing: "admin"), name: try RepositoryName(parsing: "registry.example/team/image"),
            credential: nil, verification: Verification(state: .unverified), created: now, modified: now)
    }

    private static func token(
        _ backend: TestBackend, _ repository: Repository, list: String? = nil, of account: UUID = account, at date: Date = now
    ) -> LocationToken {
        LocationToken(list: list, in: repository, of: account, sealer: backend.deployment.locationSealer, now: date)
    }

    @Test(
        "A token restores its exact location",
        arguments: [
            "\(upload)?_state=a%2Fb&x=//y", "/", "/uploads/1?sig=canary", "/v2/team/image/tags/list?last=b&n=2&next_page=x%3D",
            "/v2/team/image/blobs/uploads/a%20b",
        ], [nil, tags])
    func roundTrip(_ text: String, _ list: String?) async throws {
        let backend = try await TestBackend()
        let (repository, location) = (try Self.repository(), try #require(UpstreamLocation(stored: text)))
        let token = Self.token(backend, repository, list: list)
        let sealed = try #require(token.text(for: location))
        #expect(token.location(of: sealed) == location)
        #expect(!sealed.contains("."), "nothing of it can be read")
    }

    @Test("A token is invalid for another repository, account, server or resource")
    func elsewhere() async throws {
        let (backend, other) = (try await TestBackend(), try await TestBackend())
        let (repository, location) = (try Self.repository(), try #require(UpstreamLocation(stored: Self.upload)))
        let resources = [nil, Self.tags, "referrers/\(Sample.manifestDigest)", "referrers/\(Sample.blobDigest)", ""]
        for list in resources {
            let sealed = try #require(Self.token(backend, repository, list: list).text(for: location))
            for resource in resources {
                let found = Self.token(backend, repository, list: resource).location(of: sealed)
                #expect((found != nil) == (resource == list), "\(list ?? "an upload"), \(resource ?? "an upload")")
            }
            #expect(Self.token(backend, try Self.repository(), list: list).location(of: sealed) == nil)
            #expect(Self.token(backend, repository, list: list, of: UUID()).location(of: sealed) == nil)
            #expect(Self.token(other, repository, list: list).location(of: sealed) == nil)
        }
    }

    @Test("A token expires after 24 hours, and a token from the future is invalid")
    func ends() async throws {
        let backend = try await TestBackend()
        let (repository, location) = (try Self.repository(), try #require(UpstreamLocation(stored: Self.upload)))
        let sealed = try #require(Self.token(backend, repository).text(for: location))
        for (seconds, isValid) in [(0.0, true), (86_399, true), (86_400, false), (-60, true), (-61, false)] {
            #expect((Self.token(backend, repository, at: Self.now + seconds).location(of: sealed) != nil) == isValid, "\(seconds)")
        }
    }

    @Test(
        "No token leads to resources of another repository, or to manifests",
        arguments: [
            "/v2/victim/other/manifests/latest", "/v2/team/image2/blobs/uploads/1", "/v2/team/blobs/uploads/1", "/v2/team/image",
            "/v2/team/image/manifests/latest", "/V2/victim/other/blobs/uploads/1", "/%76%32/victim/other/manifests/v1",
            "/v2%2Fvictim/other/manifests/v1", "/v2/team/image/blobs/uploads/%2e%2e/%2e%2e/%2e%2e/%2e%2e/victim/manifests/v1",
            "/x/%2e%2e/v2/victim/manifests/v1", "/%2576%2532/victim/manifests/v1", "/x/..%5cv2/victim/manifests/v1", "/v2/", "/v2",
            "/v2/_catalog", "/v2/victim/blobs/uploads/1?x=/v2/team/image/blobs/uploads/1", "/v2/team/image/blobs/x/manifests/latest",
            "/v2/team/image/blobs/uploads/x/blobs/uploads/1", "/v2/team/image/tags/x/tags/list", "/v2/team/image/referrers/x/Manifests/1",
            "/v2/team/image/blobs/x/%6danifests/latest", "/v2;a=b/victim/blobs/uploads/1", "/V2;a/victim/other/manifests/v1",
            "/v2/team/image;x/blobs/uploads/1",
        ])
    func others(_ text: String) async throws {
        let backend = try await TestBackend()
        let repository = try Self.repository()
        if let location = UpstreamLocation(stored: text) {
            #expect(!location.isUsable(for: repository.name))
            #expect(Self.token(backend, repository).text(for: location) == nil)
        }
    }
}
