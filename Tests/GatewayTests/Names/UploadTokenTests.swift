import Domain
import FoundationEssentials
import Naming
import RegistryClient
import TestSupport
import Testing

@testable import Gateway

@Suite("What stands for an upload's place")
struct UploadTokenTests {
    private static func repository(_ id: UUID = UUID()) throws -> Repository {
        Repository(
            id: id, namespace: try NamespaceName(parsing: "admin"), name: try RepositoryName(parsing: "registry.example/team/image"),
            credential: nil, verification: Verification(state: .unverified), created: Date(), modified: Date())
    }

    @Test("It leads to that very place again", arguments: ["/v2/a/blobs/uploads/1?_state=a%2Fb&x=//y", "/"])
    func roundTrip(_ text: String) async throws {
        let backend = try await TestBackend()
        let (repository, target) = (try Self.repository(), try #require(UploadTarget(kept: text)))
        let token = UploadToken.make(for: target, in: repository, signer: backend.uploadSigner)
        #expect(UploadToken.target(of: token, in: repository, signer: backend.uploadSigner) == target)
    }

    @Test("It is good for no other repository, server or purpose")
    func elsewhere() async throws {
        let (backend, other) = (try await TestBackend(), try await TestBackend())
        let (repository, target) = (try Self.repository(), try #require(UploadTarget(kept: "/v2/a/blobs/uploads/1")))
        let token = UploadToken.make(for: target, in: repository, signer: backend.uploadSigner)
        #expect(UploadToken.target(of: token, in: try Self.repository(), signer: backend.uploadSigner) == nil)
        #expect(UploadToken.target(of: token, in: repository, signer: other.uploadSigner) == nil)
        #expect(UploadToken.target(of: token, in: repository, signer: backend.tokenSigner) == nil)
    }

    @Test("One that was changed anywhere leads nowhere")
    func tampering() async throws {
        let backend = try await TestBackend()
        let (repository, target) = (try Self.repository(), try #require(UploadTarget(kept: "/v2/a/blobs/uploads/1")))
        let token = Array(UploadToken.make(for: target, in: repository, signer: backend.uploadSigner))
        for index in token.indices {
            var changed = token
            changed[index] = changed[index] == "A" ? "B" : "A"
            #expect(UploadToken.target(of: String(changed), in: repository, signer: backend.uploadSigner) == nil, "\(index)")
            #expect(UploadToken.target(of: String(token.prefix(index)), in: repository, signer: backend.uploadSigner) == nil, "\(index)")
        }
    }
}
