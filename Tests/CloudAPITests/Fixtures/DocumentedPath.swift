import Testing

/// A documented kind of path and its methods.
struct DocumentedPath: Sendable, CustomTestStringConvertible {
    let application: String
    let resource: String
    let item: String?
    let methods: [String]
    /// The namespace in the path if a test names none; nil if the caller's own is suitable.
    let organization: String?
    let body: [String: String]

    init(
        _ application: String, _ resource: String, _ item: String? = nil, in organization: String? = nil, methods: [String],
        post: String? = nil, put: String? = nil, patch: String? = nil
    ) {
        self.application = application
        self.resource = resource
        self.item = item
        self.organization = organization
        self.methods = methods
        body = ["POST": post, "PUT": put, "PATCH": patch].compactMapValues { $0 }
    }

    var testDescription: String { text() }

    /// Whether there is one for each namespace.
    var isNamespaced: Bool { !["user", "organization", "apikey"].contains(resource) && !methods.contains("PUT") }

    /// The path in a given namespace, or in the caller's own.
    func text(in namespace: String? = nil) -> String {
        let namespace = isNamespaced ? namespace ?? organization : nil
        return "/api/\(application)/v1/" + (namespace.map { "\($0)/" } ?? "") + "\(resource)/" + (item.map { "\($0)/" } ?? "")
    }

    static let name = "registry.example:5000/team/image"
    static let actionID = "01234567-89ab-4def-8123-456789abcdef"
    static let serviceID = "01234567-89ab-4def-8123-456789abcde0"
    static let agentID = "01234567-89ab-4def-8123-456789abcde1"
    static let keyID = "0123456789AB"

    static let all = repositories + actions + organizations + accounts

    private static let repositories = [
        DocumentedPath(
            "repo", "repository", methods: ["GET", "HEAD", "POST"],
            post: #"{"name": "registry.example/team/other", "username": "u", "password": "p"}"#),
        DocumentedPath(
            "repo", "repository", name, methods: ["GET", "HEAD", "PATCH", "DELETE"], patch: #"{"username": "new", "password": "new"}"#),
        DocumentedPath("repo", "registry", methods: ["GET", "HEAD"]),
        DocumentedPath("repo", "registry", "registry.example:5000", methods: ["GET", "HEAD", "PATCH"], patch: #"{"is_trusted": true}"#),
        DocumentedPath("repo", "verification", methods: ["POST"], post: #"{"name": "\#(name)", "push": false}"#),
    ]

    private static let actions = [
        DocumentedPath("audit", "action", methods: ["GET", "HEAD"]),
        DocumentedPath("audit", "action", actionID, methods: ["GET", "HEAD"]),
    ]

    private static let organizations = [
        DocumentedPath("account", "organization", methods: ["GET", "HEAD", "POST"], post: #"{"name": "umbrella"}"#),
        DocumentedPath("account", "organization", "acme", methods: ["GET", "HEAD", "DELETE"]),
        DocumentedPath(
            "account", "organization", "acme/member", methods: ["GET", "HEAD", "POST"], post: #"{"name": "dave", "permission": "write"}"#),
        DocumentedPath(
            "account", "organization", "acme/member/bob", methods: ["GET", "HEAD", "PATCH", "DELETE"], patch: #"{"permission": "write"}"#),
        DocumentedPath(
            "account", "robot", in: "acme", methods: ["GET", "HEAD", "POST"], post: #"{"name": "nightly", "permission": "read"}"#),
        DocumentedPath(
            "account", "robot", "ci", in: "acme", methods: ["GET", "HEAD", "PATCH", "DELETE"], patch: #"{"permission": "write"}"#),
    ]

    private static let accounts = [
        DocumentedPath("account", "user", methods: ["GET", "HEAD", "POST"], post: #"{"name": "erin"}"#),
        DocumentedPath("account", "user", "dave", methods: ["GET", "HEAD", "PATCH"], patch: #"{"is_disabled": true}"#),
        DocumentedPath(
            "app", "service", methods: ["GET", "HEAD", "POST"], post: #"{"image": "\#(name):v1", "name": "web"}"#),
        DocumentedPath("app", "service", serviceID, methods: ["GET", "HEAD", "PATCH", "DELETE"], patch: #"{"name": "new"}"#),
        DocumentedPath("app", "agent", methods: ["GET", "HEAD"]),
        DocumentedPath("app", "agent", agentID, methods: ["GET", "HEAD", "DELETE"]),
        DocumentedPath("app", "agent", "host-1", methods: ["PUT"], put: AgentReports.report()),
        DocumentedPath("account", "apikey", methods: ["GET", "HEAD", "POST"], post: #"{"scopes": ["account:admin"]}"#),
        DocumentedPath("account", "apikey", keyID, methods: ["GET", "HEAD", "DELETE"]),
    ]
}

/// A documented request, with a body if it takes one.
struct DocumentedCall: Sendable, CustomTestStringConvertible {
    let method: String
    let path: DocumentedPath

    var testDescription: String { "\(method) \(path.text())" }

    var body: String? { path.body[method] }
    var isChange: Bool { !["GET", "HEAD"].contains(method) }

    /// The scope that a key needs for it.
    var scope: String {
        switch (path.application, path.resource, method) {
        case ("audit", _, _): "audit:read"
        case (_, "service", "GET"), (_, "service", "HEAD"), (_, "agent", "GET"), (_, "agent", "HEAD"): "service:read"
        case (_, "agent", "PUT"): "service:report"
        case (_, "service", _), (_, "agent", _): "service:write"
        case ("account", _, _), (_, "registry", "PATCH"): "account:admin"
        case (_, _, "GET"), (_, _, "HEAD"): "repository:read"
        default: "repository:write"
        }
    }

    static let all = DocumentedPath.all.flatMap { path in path.methods.map { DocumentedCall(method: $0, path: path) } }
}
