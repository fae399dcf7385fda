import Foundation
import Synchronization

/// A token realm in this process, on 127.0.0.1, that records its requests and the issued tokens
/// (https://distribution.github.io/distribution/spec/auth/token/).
package final class TokenServer: Sendable {
    package static let service = "Test registry & more"
    package static let issuer = "Test realm"

    /// The HTTP server, which can inject faults and has all requests.
    package let server: FaultyRegistry
    private let scheme: String
    private let state: Mutex<TokenBehavior>
    private let made = Mutex<[String: [Access]]>([:])

    /// A repository and the rights on it.
    package struct Access: Hashable, Sendable {
        package let repository: String
        package let actions: Set<String>
    }

    private init(_ behavior: TokenBehavior, _ server: FaultyRegistry, _ scheme: String) {
        state = Mutex(behavior)
        self.server = server
        self.scheme = scheme
    }

    /// Runs a realm while the body runs.
    package static func run<Value>(
        _ behavior: TokenBehavior = TokenBehavior(), speaking speech: FaultyRegistry.Speech = .http,
        _ body: (TokenServer) async throws -> Value
    ) async throws -> Value {
        try await FaultyRegistry.run(speaking: speech) { server in
            let isTLS = if case .https = speech { true } else { false }
            let tokens = TokenServer(behavior, server, isTLS ? "https" : "http")
            for method in ["GET", "POST"] {
                for path in ["/token", "/token/"] { server.set(for: method, path) { [weak tokens] in tokens?.answer($0) ?? .hangUp } }
            }
            return try await body(tokens)
        }
    }

    package var behavior: TokenBehavior { state.withLock { $0 } }
    package var authority: String { server.authority }
    package var realm: String { "\(scheme)://\(authority)/token" }
    /// All issued tokens.
    package var tokens: [String] { made.withLock { Array($0.keys) } }
    /// The decoded parameters of every request.
    package var questions: [[String: String]] { server.requests.map(Self.parameters) }
    /// The scopes of every request.
    package var scopes: [[String]] { server.requests.map(Self.scopes) }

    /// Changes its behavior from now on.
    package func change(_ body: (inout TokenBehavior) -> Void) {
        state.withLock { body(&$0) }
    }

    /// Revokes all of its tokens.
    package func revokeTokens() {
        made.withLock { $0 = [:] }
    }

    /// The challenge of a registry that accepts its tokens.
    package func challenge(scope: String? = nil, error: String? = nil) -> String {
        #"Bearer realm="\#(realm)",service="\#(Self.service)""# + (scope.map { #",scope="\#($0)""# } ?? "")
            + (error.map { #",error="\#($0)""# } ?? "")
    }

    /// The access of a request's token; nil for a request without a valid token.
    package func accesses(of request: RegistryRecord) -> [Access]? {
        guard let authorization = request.authorization, authorization.hasPrefix("Bearer ") else { return nil }
        return made.withLock { $0[String(authorization.dropFirst("Bearer ".count))] }
    }

    /// Whether the token of a request allows this action.
    package func allows(_ action: String, on repository: String, _ request: RegistryRecord) -> Bool {
        Self.allows(action, repository, accesses(of: request) ?? [])
    }

    fileprivate static func allows(_ action: String, _ repository: String, _ accesses: [Access]) -> Bool {
        accesses.contains { $0.repository == repository && $0.actions.contains(action) }
    }
}

// Responses of the realm.
extension TokenServer {
    private func answer(_ request: RegistryRecord) -> RegistryReply {
        if behavior.isPostOnly, request.method == "GET" { return .html(405) }
        let parameters = Self.parameters(request)
        guard let user = user(request, parameters) else {
            return .json(401, #"{"details":"incorrect username or password"}"#)
        }
        let wanted = Self.scopes(request).map(Self.access)
        guard parameters["service"] == Self.service, !wanted.isEmpty, !wanted.contains(nil) else {
            return .error(400, "INVALID", "what for?")
        }
        let asked = wanted.compactMap(\.self)
        var granted = asked.map { access in
            Access(
                repository: access.repository, actions: access.actions.intersection(behavior.rights[user]?[access.repository] ?? []))
        }
        if behavior.isStrict, granted != asked { return .error(403, "DENIED", "requested access to the resource is denied") }
        if behavior.grantsLastScopeOnly { granted = Array(granted.suffix(1)) }
        guard let token = try? token(for: user, granted) else { return .html(500) }
        return .json(200, "{\((members(token) + expiry).joined(separator: ","))}")
    }

    /// `repository:NAME:ACTIONS`; nil for anything else.
    private static func access(_ scope: String) -> Access? {
        let parts = scope.split(separator: ":").map(String.init)
        guard parts.count == 3, parts[0] == "repository" else { return nil }
        return Access(repository: parts[1], actions: Set(parts[2].split(separator: ",").map(String.init)))
    }

    private func members(_ token: String) -> [String] { behavior.members.map { #""\#($0)":"\#(token)""# } }

    private var expiry: [String] {
        if let member = behavior.expiryMember { return [member].filter { !$0.isEmpty } }
        return behavior.expiresIn.map { [#""expires_in":\#($0)"#] } ?? []
    }

    /// The user of a request; empty for an anonymous client, nil for a wrong password.
    private func user(_ request: RegistryRecord, _ parameters: [String: String]) -> String? {
        if request.method == "POST" {
            guard let user = parameters["username"], let known = behavior.users[user] else { return nil }
            return parameters["password"] == known ? user : nil
        }
        guard let authorization = request.authorization else { return "" }
        return behavior.users.first { "Basic \(Data("\($0.key):\($0.value)".utf8).base64EncodedString())" == authorization }?.key
    }

    private func token(for user: String, _ accesses: [Access]) throws -> String {
        let claims = claims(user, accesses)
        let token =
            if behavior.isOpaque { "opaque-\(UUID().uuidString)" } else {
                try behavior.signer?.sign(claims) ?? TestTokenSigner.unsigned(claims)
            }
        made.withLock { $0[token] = accesses }
        return token
    }

    private func claims(_ user: String, _ accesses: [Access]) -> String {
        let now = Int(Date().timeIntervalSince1970)
        let entries = accesses.filter { !$0.actions.isEmpty }.map { access in
            let actions = access.actions.sorted().map { #""\#($0)""# }.joined(separator: ",")
            return #"{"type":"repository","name":"\#(access.repository)","actions":[\#(actions)]}"#
        }
        return #"""
            {"iss":"\#(Self.issuer)","sub":"someone","aud":"\#(Self.service)","iat":\#(now),"nbf":\#(now - 10),"exp":\#(now + 300),\#
            "jti":"\#(UUID().uuidString)","access":[\#(entries.joined(separator: ","))]}
            """#
    }

    private static func scopes(_ request: RegistryRecord) -> [String] {
        pairs(request).filter { $0.0 == "scope" }.flatMap { $0.1.split(separator: " ").map(String.init) }
    }

    private static func parameters(_ request: RegistryRecord) -> [String: String] {
        Dictionary(pairs(request)) { first, _ in first }
    }

    /// https://url.spec.whatwg.org/#urlencoded-parsing
    private static func pairs(_ request: RegistryRecord) -> [(String, String)] {
        let form = request.method == "POST" ? String(decoding: request.body, as: UTF8.self) : request.query
        let pairs = form.split(separator: "&").map { $0.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false) }
        return pairs.filter { $0.count == 2 }.map {
            (String($0[0]), $0[1].replacing("+", with: " ").removingPercentEncoding ?? "?")
        }
    }
}

// Verification of its tokens by a registry.
extension TokenServer {
    /// A registry's refusal of a request without a sufficient token; nil if the token is sufficient.
    func objection(to request: RegistryRecord) -> RegistryReply? {
        guard let accesses = accesses(of: request) else {
            return .challenge(challenge(error: request.authorization.map { _ in "invalid_token" }))
        }
        let isAllowed = Self.rights(request).allSatisfy { Self.allows($0.action, $0.repository, accesses) }
        return isAllowed ? nil : .challenge(challenge(error: "insufficient_scope"))
    }

    private typealias Right = (repository: String, action: String)

    /// The rights that a request needs by the rules of the CNCF's registry. A mount also needs the right to pull its source.
    private static func rights(_ request: RegistryRecord) -> [Right] {
        guard let right = right(request) else { return [] }
        let source = request.parameter("from").map { (repository: $0, action: "pull") }
        return [right] + (request.method == "POST" ? [source].compactMap(\.self) : [])
    }

    private static func right(_ request: RegistryRecord) -> Right? {
        if let name = request.repository(before: "/tags/list") { return (name, "pull") }
        let isUpload = request.repository(before: "/blobs/uploads/") != nil
        let action =
            switch request.method {
            case "GET" where !isUpload, "HEAD" where !isUpload: "pull"
            case "DELETE": "delete"
            default: "push"
            }
        let name = ["/blobs/uploads/", "/blobs/", "/manifests/", "/referrers/"].compactMap { request.repository(before: $0) }.first
        return name.map { ($0, action) }
    }
}
