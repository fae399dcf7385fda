import Testing

/// A kind of path that the documentation has, and what it answers to.
struct DocumentedPath: Sendable, CustomTestStringConvertible {
    let application: String
    let resource: String
    let item: String?
    let methods: [String]

    var testDescription: String { text() }

    /// The path, of somebody's namespace or of the caller's own.
    func text(in namespace: String? = nil) -> String {
        "/api/\(application)/v1/" + (namespace.map { "\($0)/" } ?? "") + "\(resource)/" + (item.map { "\($0)/" } ?? "")
    }

    static let name = "registry.example:5000/team/image"
    static let actionID = "01234567-89ab-4def-8123-456789abcdef"

    static let all = [
        DocumentedPath(application: "repo", resource: "repository", item: nil, methods: ["GET", "HEAD", "POST"]),
        DocumentedPath(application: "repo", resource: "repository", item: name, methods: ["GET", "HEAD", "PATCH", "DELETE"]),
        DocumentedPath(application: "repo", resource: "registry", item: nil, methods: ["GET", "HEAD"]),
        DocumentedPath(application: "repo", resource: "registry", item: "registry.example:5000", methods: ["GET", "HEAD", "PATCH"]),
        DocumentedPath(application: "repo", resource: "verification", item: nil, methods: ["POST"]),
        DocumentedPath(application: "audit", resource: "action", item: nil, methods: ["GET", "HEAD"]),
        DocumentedPath(application: "audit", resource: "action", item: actionID, methods: ["GET", "HEAD"]),
    ]
}

/// One thing that can be asked of the API, with a body where it takes one.
struct DocumentedCall: Sendable, CustomTestStringConvertible {
    let method: String
    let path: DocumentedPath

    var testDescription: String { "\(method) \(path.text())" }

    var body: String? {
        switch (path.resource, method) {
        case ("registry", "PATCH"): #"{"is_trusted": true}"#
        case ("verification", _): #"{"name": "\#(DocumentedPath.name)", "push": false}"#
        case (_, "POST"): #"{"name": "registry.example/team/other", "username": "u", "password": "p"}"#
        case (_, "PATCH"): #"{"username": "new", "password": "new"}"#
        default: nil
        }
    }

    /// The scope that a key must have for it.
    var scope: String {
        switch (path.resource, method) {
        case ("action", _): "audit:read"
        case ("registry", "PATCH"): "account:admin"
        case (_, "GET"), (_, "HEAD"): "repository:read"
        default: "repository:write"
        }
    }

    static let all = DocumentedPath.all.flatMap { path in path.methods.map { DocumentedCall(method: $0, path: path) } }
}
