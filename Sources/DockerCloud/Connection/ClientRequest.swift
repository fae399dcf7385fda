import FoundationEssentials
import Naming
import Wire

/// A request, without the server that it is sent to.
struct ClientRequest: Sendable {
    let method: Method
    /// Path and query.
    let target: String
    let body: [UInt8]?
    /// The texts of the body that are redacted from error messages.
    let secrets: [String]

    enum Method: String {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
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
            self.body = try body.map { [UInt8](try WireCoding.encode($0)) }
        } catch {
            throw .invalidAuthorization(reason: "the user name or the password cannot be encoded as JSON")
        }
    }

    /// The request for the next page of a list, from the path that the server returned.
    ///
    /// A URL with a host is refused, so that the credential is sent only to the configured server.
    init(nextPage target: String) throws(DockerCloudError) {
        let isPlain = target.utf8.allSatisfy { $0.isPrintableASCII && $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: "#") }
        guard target.hasPrefix("/api/"), isPlain else {
            throw .invalidResponse(reason: "its next page is not a path of this API", requestID: nil)
        }
        method = .get
        self.target = target
        body = nil
        secrets = []
    }
}

extension ClientRequest {
    /// The target without its query.
    var path: Substring { target.prefix { $0 != "?" } }
}

/// The query parameters of a request.
struct QueryItems: Sendable {
    private var items: [(name: String, value: String)] = []

    /// Adds a parameter, unless its value is nil.
    mutating func add(_ name: String, _ value: (some CustomStringConvertible)?) {
        if let value { items.append((name, value.description)) }
    }

    /// Empty, or a question mark and the parameters. All characters except unreserved ones are percent-encoded (RFC 3986, section 2.3).
    var text: String {
        items.isEmpty ? "" : "?" + items.map { "\($0.name)=\($0.value.percentEncoded())" }.joined(separator: "&")
    }
}
