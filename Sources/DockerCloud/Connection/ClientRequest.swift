import FoundationEssentials
import Wire

/// One request, before it meets a server.
struct ClientRequest: Sendable {
    let method: Method
    /// Path and query.
    let target: String
    let body: Data?
    /// The texts of the body that no message may show.
    let secrets: [String]

    enum Method: String {
        case get = "GET"
        case post = "POST"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    init(
        _ method: Method, _ path: APIPath, query: QueryItems = QueryItems(), body: (any Encodable & Sendable)? = nil
    ) throws(DockerCloudError) {
        self.method = method
        target = path.description + query.text
        secrets = [(body as? RepositoryRequest)?.password].compactMap(\.self)
        do {
            self.body = try body.map { try WireCoding.encode($0) }
        } catch {
            throw .invalidAuthorization(reason: "the user name or the password cannot be written as JSON")
        }
    }

    /// The call for the page that the server names as the next one.
    ///
    /// Only a path is taken from it, never a host: the credential stays with the server that it was meant for.
    init(nextPage target: String) throws(DockerCloudError) {
        let isPlain = target.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: "#") }
        guard target.hasPrefix("/api/"), isPlain else {
            throw .invalidResponse(reason: "its next page is not a path of this API", requestID: nil)
        }
        method = .get
        self.target = target
        body = nil
        secrets = []
    }
}
