import Foundation
import NIOHTTP1

/// The behavior of a correct registry: its content and its access rules.
package struct RegistryBehavior: Sendable {
    /// The users and their passwords. Without users, it demands no authentication.
    package var users: [String: String]
    /// Whether anonymous clients may read, and only pushes need authentication.
    package var isPublic: Bool
    /// The existing repositories, `team/image`.
    package var repositories: Set<String>
    /// The users who may push; nil for all.
    package var pushers: Set<String>?
    /// The realm of the tokens that it accepts; nil for none.
    package var tokens: TokenServer?
    /// The replies at these paths, for all clients that may read.
    package var contents: [String: RegistryReply] = [:]
    /// The replies to authorized requests, which take precedence over all other responses.
    package var respond: (@Sendable (RegistryRecord) -> RegistryReply?)?

    package init(
        users: [String: String] = [:], isPublic: Bool = false, repositories: Set<String> = [], pushers: Set<String>? = nil,
        tokens: TokenServer? = nil
    ) {
        self.users = users
        self.isPublic = isPublic
        self.repositories = repositories
        self.pushers = pushers
        self.tokens = tokens
    }

    package func answer(_ request: RegistryRecord) -> RegistryReply {
        let user = user(of: request)
        let isRead = ["GET", "HEAD"].contains(request.method)
        if let objection = tokens?.objection(to: request) { return objection }
        guard users.isEmpty || user != nil || (isRead && isPublic) else {
            return .challenge(#"Basic realm="Test registry""#)
        }
        if request.path == "/v2/" { return .json(200, "{}") }
        if let reply = respond?(request) { return reply }
        if isRead, let content = contents[request.path] { return content }
        if let name = request.repository(before: "/tags/list") {
            return repositories.contains(name)
                ? .json(200, #"{"name":"\#(name)","tags":["latest"]}"#)
                : .error(404, "NAME_UNKNOWN", "repository name not known to registry")
        }
        guard let name = request.repository(before: "/blobs/uploads/") else { return .html(404) }
        return answer(request, uploadTo: name, as: user)
    }

    private func answer(_ request: RegistryRecord, uploadTo name: String, as user: String?) -> RegistryReply {
        if let pushers, !pushers.contains(user ?? "") {
            return .error(403, "DENIED", "requested access to the resource is denied")
        }
        return switch request.method {
        case "POST": .answer(status: 202, headers: ["Location": "/v2/\(name)/blobs/uploads/1?_state=s", "Range": "0-0"])
        case "DELETE": .answer(status: 204)
        default: .error(405, "UNSUPPORTED", "the operation is unsupported")
        }
    }

    private func user(of request: RegistryRecord) -> String? {
        users.first { user, password in
            request.authorization == "Basic \(Data("\(user):\(password)".utf8).base64EncodedString())"
        }?.key
    }
}

extension RegistryRecord {
    /// The repository's name in a path with this suffix.
    func repository(before suffix: String) -> String? {
        guard path.hasPrefix("/v2/"), let end = path.range(of: suffix, options: .backwards)?.lowerBound else { return nil }
        return String(path[..<end].dropFirst("/v2/".count))
    }
}
