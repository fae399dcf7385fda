import Foundation
import Synchronization

/// A token realm in this process, on 127.0.0.1, that remembers what it was asked and what tokens it has made
/// (https://distribution.github.io/distribution/spec/auth/token/).
package final class TokenServer: Sendable {
    package static let service = "Test registry & more"
    package static let issuer = "Test realm"

    package let conduct: TokenConduct
    /// What it speaks HTTP with: it can be told to do wrong, and has all requests.
    package let server: FaultyRegistry
    private let scheme: String
    private let made = Mutex<[String: Access]>([:])

    /// A repository, and what may be done with it.
    package struct Access: Hashable, Sendable {
        package let repository: String
        package let actions: Set<String>
    }

    private init(_ conduct: TokenConduct, _ server: FaultyRegistry, _ scheme: String) {
        self.conduct = conduct
        self.server = server
        self.scheme = scheme
    }

    /// Runs a realm for as long as the body takes.
    package static func run<Value>(
        _ conduct: TokenConduct = TokenConduct(), speaking speech: FaultyRegistry.Speech = .http,
        _ body: (TokenServer) async throws -> Value
    ) async throws -> Value {
        try await FaultyRegistry.run(speaking: speech) { server in
            let isTLS = if case .https = speech { true } else { false }
            let tokens = TokenServer(conduct, server, isTLS ? "https" : "http")
            for method in ["GET", "POST"] { server.set(for: method, "/token") { [weak tokens] in tokens?.answer($0) ?? .hangUp } }
            return try await body(tokens)
        }
    }

    package var authority: String { server.authority }
    package var realm: String { "\(scheme)://\(authority)/token" }
    /// All tokens that it has made.
    package var tokens: [String] { made.withLock { Array($0.keys) } }
    /// The parameters of every question, decoded.
    package var questions: [[String: String]] { server.requests.map(Self.parameters) }

    /// What a registry says that takes its tokens.
    package func challenge(error: String? = nil) -> String {
        #"Bearer realm="\#(realm)",service="\#(Self.service)""# + (error.map { #",error="\#($0)""# } ?? "")
    }
}

// How it answers.
extension TokenServer {
    private func answer(_ request: RegistryRecord) -> RegistryReply {
        if conduct.isPostOnly, request.method == "GET" { return .html(405) }
        let parameters = Self.parameters(request)
        guard let user = user(request, parameters) else {
            return .json(401, #"{"details":"incorrect username or password"}"#)
        }
        let scope = (parameters["scope"] ?? "").split(separator: ":").map(String.init)
        guard parameters["service"] == Self.service, scope.count == 3, scope[0] == "repository" else {
            return .error(400, "INVALID", "what for?")
        }
        let wanted = Set(scope[2].split(separator: ",").map(String.init))
        let granted = wanted.intersection(conduct.rights[user]?[scope[1]] ?? [])
        if conduct.isStrict, granted != wanted { return .error(403, "DENIED", "requested access to the resource is denied") }
        guard let token = try? token(for: user, Access(repository: scope[1], actions: granted)) else { return .html(500) }
        return .json(200, "{\((members(token) + expiry).joined(separator: ","))}")
    }

    private func members(_ token: String) -> [String] { conduct.members.map { #""\#($0)":"\#(token)""# } }

    private var expiry: [String] { conduct.expiresIn.map { [#""expires_in":\#($0)"#] } ?? [] }

    /// Who asks: nobody in particular has no name; nil for a wrong password.
    private func user(_ request: RegistryRecord, _ parameters: [String: String]) -> String? {
        if request.method == "POST" {
            guard let user = parameters["username"], let known = conduct.users[user] else { return nil }
            return parameters["password"] == known ? user : nil
        }
        guard let authorization = request.authorization else { return "" }
        return conduct.users.first { "Basic \(Data("\($0.key):\($0.value)".utf8).base64EncodedString())" == authorization }?.key
    }

    private func token(for user: String, _ access: Access) throws -> String {
        let claims = claims(user, access)
        let token =
            if conduct.isOpaque { "opaque-\(UUID().uuidString)" } else { try conduct.signer?.sign(claims) ?? TokenSigner.unsigned(claims) }
        made.withLock { $0[token] = access }
        return token
    }

    private func claims(_ user: String, _ access: Access) -> String {
        let now = Int(Date().timeIntervalSince1970)
        let actions = access.actions.sorted().map { #""\#($0)""# }.joined(separator: ",")
        let entry = #"{"type":"repository","name":"\#(access.repository)","actions":[\#(actions)]}"#
        return #"""
            {"iss":"\#(Self.issuer)","sub":"someone","aud":"\#(Self.service)","iat":\#(now),"nbf":\#(now - 10),"exp":\#(now + 300),\#
            "jti":"\#(UUID().uuidString)","access":[\#(access.actions.isEmpty ? "" : entry)]}
            """#
    }

    /// https://url.spec.whatwg.org/#urlencoded-parsing
    private static func parameters(_ request: RegistryRecord) -> [String: String] {
        let form = request.method == "POST" ? String(decoding: request.body, as: UTF8.self) : request.query
        let pairs = form.split(separator: "&").map { $0.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false) }
        let decoded = pairs.filter { $0.count == 2 }.map { (String($0[0]), $0[1].replacing("+", with: " ").removingPercentEncoding ?? "?") }
        return Dictionary(decoded) { first, _ in first }
    }
}

// How a registry takes its tokens.
extension TokenServer {
    /// What a registry answers to a request without a token that is good for it; nil where there is one.
    func objection(to request: RegistryRecord) -> RegistryReply? {
        let token = request.authorization.map { $0.hasPrefix("Bearer ") ? String($0.dropFirst("Bearer ".count)) : "" }
        guard let token, let access = made.withLock({ $0[token] }) else {
            return .challenge(challenge(error: token.map { _ in "invalid_token" }))
        }
        guard let (repository, action) = Self.right(request), access.repository != repository || !access.actions.contains(action) else {
            return nil
        }
        return .challenge(challenge(error: "insufficient_scope"))
    }

    /// What a request needs, by the rules of the CNCF's registry; nil for nothing.
    private static func right(_ request: RegistryRecord) -> (repository: String, action: String)? {
        if let name = request.repository(before: "/tags/list") { return (name, "pull") }
        let isUpload = request.repository(before: "/blobs/uploads/") != nil
        let action =
            switch request.method {
            case "GET" where !isUpload, "HEAD" where !isUpload: "pull"
            case "DELETE": "delete"
            default: "push"
            }
        let name = ["/blobs/uploads/", "/blobs/", "/manifests/"].compactMap { request.repository(before: $0) }.first
        return name.map { ($0, action) }
    }
}
