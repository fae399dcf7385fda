import Domain
import FoundationEssentials
import Naming
import Operations
import RegistryClient
import Sealing
import TestSupport
import Testing

@testable import Gateway

@Suite("Tokens for locations on a registry")
struct LocationTokenTests {
    private static let upload = "/v2/a/blobs/uploads/1"
    private static let tags = "tags/list"

    private static func repository(_ id: UUID = UUID()) throws -> Repository {
        Repository(
            id: id, namespace: try NamespaceName(parsing: "admin"), name: try RepositoryName(parsing: "registry.example/team/image"),
            credential: nil, verification: Verification(state: .unverified), created: Date(), modified: Date())
    }

    @Test(
        "A token leads to the very same location",
        arguments: ["/v2/a/blobs/uploads/1?_state=a%2Fb&x=//y", "/", "/v2/a/tags/list?last=b&n=2&next_page=x%3D"], [nil, tags])
    func roundTrip(_ text: String, _ list: String?) async throws {
        let backend = try await TestBackend()
        let (repository, location) = (try Self.repository(), try #require(UpstreamLocation(stored: text)))
        let token = LocationToken.make(for: location, list: list, in: repository, signer: backend.deployment.uploadSigner)
        let found = LocationToken.location(of: token, list: list, in: repository, signer: backend.deployment.uploadSigner)
        #expect(found == location && found?.text == text)
    }

    @Test("A token is invalid for another repository, server or purpose", arguments: [nil, tags])
    func elsewhere(_ list: String?) async throws {
        let (backend, other) = (try await TestBackend(), try await TestBackend())
        let (repository, location) = (try Self.repository(), try #require(UpstreamLocation(stored: Self.upload)))
        let token = LocationToken.make(for: location, list: list, in: repository, signer: backend.deployment.uploadSigner)
        let locate = { (repository: Repository, signer: TextSigner) in
            LocationToken.location(of: token, list: list, in: repository, signer: signer)
        }
        #expect(locate(repository, backend.deployment.uploadSigner) != nil)
        #expect(locate(try Self.repository(), backend.deployment.uploadSigner) == nil)
        #expect(locate(repository, other.deployment.uploadSigner) == nil)
        #expect(locate(repository, backend.deployment.tokenSigner) == nil)
    }

    @Test("A token for an upload is invalid for a list, and one for a list is invalid for an upload and for other lists")
    func resources() async throws {
        let backend = try await TestBackend()
        let (repository, location) = (try Self.repository(), try #require(UpstreamLocation(stored: Self.upload)))
        let resources = [nil, Self.tags, "referrers/\(Sample.manifestDigest)", "referrers/\(Sample.blobDigest)", ""]
        for list in resources {
            let token = LocationToken.make(for: location, list: list, in: repository, signer: backend.deployment.uploadSigner)
            for other in resources {
                let found = LocationToken.location(of: token, list: other, in: repository, signer: backend.deployment.uploadSigner)
                #expect((found != nil) == (other == list), "\(list ?? "an upload"), \(other ?? "an upload")")
            }
        }
    }

    @Test("A token that was changed anywhere is invalid")
    func tampering() async throws {
        let backend = try await TestBackend()
        let (repository, location) = (try Self.repository(), try #require(UpstreamLocation(stored: Self.upload)))
        let token = Array(LocationToken.make(for: location, in: repository, signer: backend.deployment.uploadSigner))
        let locate = { (text: String) in LocationToken.location(of: text, in: repository, signer: backend.deployment.uploadSigner) }
        for index in token.indices {
            var changed = token
            changed[index] = changed[index] == "A" ? "B" : "A"
            #expect(locate(String(changed)) == nil, "\(index)")
            #expect(locate(String(token.prefix(index))) == nil, "\(index)")
        }
    }
}
