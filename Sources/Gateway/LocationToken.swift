import Domain
import FoundationEssentials
import RegistryClient
import Sealing

/// Represents a place on a registry, an upload or the next page of a list, in URLs of the gateway. It is signed, and valid for one repository
/// and one resource.
enum LocationToken {
    private struct Content: Codable {
        let repository: UUID
        /// nil for an upload.
        let list: String?
        let target: String
    }

    /// - Parameter list: the resource whose next page it is; nil for an upload.
    static func make(for location: UpstreamLocation, list: String? = nil, in repository: Repository, signer: TextSigner) -> String {
        let content = Content(repository: repository.id, list: list, target: location.text)
        return signer.sign((try? JSONEncoder().encode(content)).map(Array.init) ?? [])
    }

    static func location(of token: String, list: String? = nil, in repository: Repository, signer: TextSigner) -> UpstreamLocation? {
        guard let payload = signer.payload(of: token), let content = try? JSONDecoder().decode(Content.self, from: Data(payload)),
            content.repository == repository.id, content.list == list
        else { return nil }
        return UpstreamLocation(stored: content.target)
    }
}
