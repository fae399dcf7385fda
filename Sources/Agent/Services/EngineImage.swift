import Naming
import Wire

/// An image as an engine names it: a name with tag or digest, or an ID.
struct EngineImage: Hashable, Sendable {
    let text: String

    init(_ text: String) {
        self.text = text
    }

    /// Whether it is an image ID, in full or shortened as `docker ps` shows it.
    ///
    /// A shortened ID could also be a name on Docker Hub. The engine says which of both it is: an ID begins the ID of the image.
    func isID(of imageID: String) -> Bool {
        if text.isEmpty || text.hasPrefix("sha256:") { return true }
        let digits = imageID.hasPrefix("sha256:") ? imageID.dropFirst(7) : imageID[...]
        return text.utf8.count >= 12 && digits.hasPrefix(text)
    }

    /// Whether it can be an image in a repository. The server refuses a report with any other image as a whole.
    var isReference: Bool { text.utf8.count <= AgentReportBody.maximumImageName && (try? ImageReference(parsing: text)) != nil }

    /// The name without tag and digest.
    var repository: Substring { Substring(ImageReference.split(text.utf8).name) }

    /// The digest after the `@`.
    var digest: Substring? { ImageReference.split(text.utf8).digest.map { Substring($0) } }
}

/// The names of an image (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image/operation/ImageInspect).
struct ImageNames: Hashable, Sendable, Decodable {
    /// `registry.example/team/image:v1`
    var tags: [String]?
    /// `registry.example/team/image@sha256:…`
    var digests: [String]?

    enum CodingKeys: String, CodingKey {
        case tags = "RepoTags"
        case digests = "RepoDigests"
    }
}

extension ImageNames {
    /// The names of an image that a container refers to by its ID: one for each repository, by tag if it has one.
    var all: [EngineImage] {
        var names: [Substring: EngineImage] = [:]
        let references = ((tags ?? []).sorted() + (digests ?? []).sorted()).map(EngineImage.init)
        for reference in references where !reference.text.hasPrefix("<none>") && !reference.repository.isEmpty {
            names[reference.repository] = names[reference.repository] ?? reference
        }
        return names.values.sorted { $0.text < $1.text }
    }

    /// The digest of the image's manifest in the repository of a name.
    func digest(of reference: EngineImage) -> Substring? {
        reference.digest ?? (digests ?? []).sorted().lazy.map(EngineImage.init).first { $0.repository == reference.repository }?.digest
    }
}
