import Domain
import HTTPSupport
import Hummingbird
import Naming
import Operations
import Wire

extension Route {
    static let apiKeys = [
        Route(.get, .apiKeys, query: Query.page + ["account", "organization"], listAPIKeys),
        Route(.post, .apiKeys, as: .apiKeyCreate, createAPIKey),
        Route(.get, .apiKey, inspectAPIKey),
        Route(.delete, .apiKey, as: .apiKeyDelete, query: ["descendants"], revokeAPIKey),
        Route(.post, .apiKeyRenewal, as: .apiKeyRenew, renewAPIKey),
    ]

    @Sendable private static func listAPIKeys(_ call: APICall, _: Void) async throws -> Response {
        let page = try call.query.page()
        let after = try call.query.cursor("the id of an API key") { APIKey.isID($0) ? $0 : nil }
        if let organization = try read(call.query["organization"], "organization", as: NamespaceName.init(parsing:)) {
            guard call.query["account"] == nil else { throw RequestError.invalid("Either account or organization is given, not both") }
            let listing = try await call.backend.listAPIKeys(in: organization, after: after, page: page, by: call.caller)
            return listing.response(page: page, of: call) { APIKeyBody($0.key, of: $0.account) }
        }
        let account = try read(call.query["account"], "account", as: AccountName.init(parsing:))
        let (listing, holder) = try await call.backend.listAPIKeys(of: account, after: after, page: page, by: call.caller)
        return listing.response(page: page, of: call) { APIKeyBody($0, of: holder) }
    }

    @Sendable private static func createAPIKey(_ call: APICall, _: Void) async throws -> Response {
        let recorded = try await call.backend.createAPIKey(try input(try await call.body(APIKeyRequest.init)), by: call.caller)
        let body = APIKeyBody(recorded.value.key, of: recorded.value.account, secret: recorded.value.secret)
        return Response(status: .created, body: body, headers: recorded.headers(location: body.resourceURI))
    }

    private static func input(_ request: APIKeyRequest) throws(RequestError) -> APIKeyInput {
        var scopes: Set<Scope>?
        var patterns: [RepositoryPattern] = []
        if let words = request.scopes {
            scopes = []
            for word in words { if let scope = try choice(word, "scopes", Scope.self) { scopes?.insert(scope) } }
        }
        for text in request.repositories ?? [] {
            patterns.append(try required(text, "repositories", as: RepositoryPattern.init(parsing:)))
        }
        return APIKeyInput(
            account: try read(request.account, "account", as: AccountName.init(parsing:)), label: request.label, scopes: scopes,
            days: request.expiresDays,
            restriction: APIKey.Restriction(
                namespace: try read(request.namespace, "namespace", as: NamespaceName.init(parsing:)),
                repositories: Set(patterns).sorted()))
    }

    @Sendable private static func inspectAPIKey(_ call: APICall, _ id: String) async throws -> Response {
        let (key, account) = try await call.backend.inspectAPIKey(id, by: call.caller)
        return Response(status: .ok, body: APIKeyBody(key, of: account))
    }

    @Sendable private static func revokeAPIKey(_ call: APICall, _ id: String) async throws -> Response {
        let descendants = try call.query.flag("descendants") ?? false
        let recorded = try await call.backend.revokeAPIKey(id, descendants: descendants, by: call.caller)
        guard recorded.value.revoked.contains(where: { $0 != id }) || !recorded.value.remaining.isEmpty else {
            return Response(status: .noContent, headers: recorded.headers())
        }
        return Response(status: .ok, body: KeyRevocationBody(recorded.value), headers: recorded.headers())
    }

    @Sendable private static func renewAPIKey(_ call: APICall, _ id: String?) async throws -> Response {
        let request = try await call.body(KeyRenewalRequest.init)
        let input = try RenewalInput(days: request.expiresDays, graceHours: request.graceHours)
        let recorded = try await call.backend.renewAPIKey(id, input, by: call.caller)
        let body = APIKeyBody(recorded.value.key, of: recorded.value.account, secret: recorded.value.secret)
        return Response(status: .created, body: body, headers: recorded.headers(location: body.resourceURI))
    }
}
