import Domain
import FoundationEssentials
import RegistryClient
import Sealing

/// What stands for the place of an upload on its registry, in paths of the gateway: signed, so that nobody makes one up, and good for one
/// repository alone.
enum UploadToken {
    private struct Content: Codable {
        let repository: UUID
        let target: String
    }

    static func make(for target: UploadTarget, in repository: Repository, signer: TextSigner) -> String {
        let content = Content(repository: repository.id, target: target.text)
        return signer.sign((try? JSONEncoder().encode(content)).map(Array.init) ?? [])
    }

    static func target(of token: String, in repository: Repository, signer: TextSigner) -> UploadTarget? {
        guard let payload = signer.payload(of: token), let content = try? JSONDecoder().decode(Content.self, from: Data(payload)),
            content.repository == repository.id
        else { return nil }
        return UploadTarget(kept: content.target)
    }
}
