import Domain
import HTTPSupport
import Hummingbird
import Naming
import Operations
import Wire

extension Route {
    static let repositories = [
        Route(
            .get, .repositories, query: Query.page + ["name", "name__startswith", "name__contains", "registry", "in_use"], listRepositories),
        Route(.post, .repositories, as: .repositoryCreate, query: ["verify"], registerRepository),
        Route(.get, .repository, inspectRepository),
        Route(.patch, .repository, as: .repositoryUpdate, query: ["verify", refusedUsers], updateRepository),
        Route(.delete, .repository, as: .repositoryDelete, removeRepository),
    ]

    @Sendable private static func listRepositories(_ call: APICall, _: Void) async throws -> Response {
        let page = try call.query.page()
        let filter = try RepositoryFilter.read(call.query, own: call.targetNamespace)
        let listing = try await call.backend.listRepositories(in: call.namespace, where: filter, page: page, by: call.caller)
        return listing.response(page: page, of: call) { RepositoryBody($0) }
    }

    @Sendable private static func registerRepository(_ call: APICall, _: Void) async throws -> Response {
        let requested = try requestedVerification(call.query)
        let request = try await call.body(RepositoryRequest.init)
        let name = try required(request.name, "name", as: RepositoryName.init(parsing:))
        let recorded = try await call.on(.repository(name)) {
            try await call.backend.registerRepository(
                name, with: CredentialInput(request), in: call.namespace, verify: requested, by: call.caller)
        }
        let body = RepositoryBody(recorded.value)
        return Response(status: .created, body: body, headers: recorded.headers(location: body.resourceURI))
    }

    @Sendable private static func inspectRepository(_ call: APICall, _ name: RepositoryName) async throws -> Response {
        let repository = try await call.backend.inspectRepository(name, in: call.namespace, by: call.caller)
        return Response(status: .ok, body: RepositoryBody(repository))
    }

    @Sendable private static func updateRepository(_ call: APICall, _ name: RepositoryName) async throws -> Response {
        let requested = try requestedVerification(call.query)
        let refused = try refusedUsers(call.query)
        let request = try await call.body(RepositoryRequest.init)
        let recorded = try await call.backend.updateRepository(
            name, with: CredentialInput(request), newName: try read(request.name, "name", as: RepositoryName.init(parsing:)),
            in: call.namespace, verify: requested, except: refused, by: call.caller)
        return Response(status: .accepted, body: RepositoryBody(recorded.value), headers: recorded.headers())
    }

    @Sendable private static func removeRepository(_ call: APICall, _ name: RepositoryName) async throws -> Response {
        let recorded = try await call.backend.removeRepository(name, in: call.namespace, by: call.caller)
        return Response(status: .noContent, headers: recorded.headers())
    }

    private static let refusedUsers = "refused_users"
    private static let maximumRefusedUsers = 100

    /// Marks of user names, separated by commas.
    private static func refusedUsers(_ query: Query) throws(RequestError) -> Set<String> {
        let marks = query[refusedUsers]?.split(separator: ",", omittingEmptySubsequences: false).map(String.init) ?? []
        let areMarks = marks.allSatisfy { $0.utf8.count == 32 && $0.utf8.allSatisfy { Character(UnicodeScalar($0)).isHexDigit } }
        guard areMarks, marks.count <= maximumRefusedUsers else {
            throw .invalid("\(refusedUsers) must be at most \(maximumRefusedUsers) values of \(Header.refusedUser), separated by commas")
        }
        return Set(marks)
    }

    private static func requestedVerification(_ query: Query) throws -> RequestedVerification {
        switch query["verify"] {
        case nil: return .unspecified
        case "push"?: return .push
        default:
            guard let flag = try? query.flag("verify") else { throw RequestError.invalid("verify must be true, false or push") }
            return flag ? .pull : .no
        }
    }
}

extension RepositoryFilter {
    /// Reads the filter from a query. Returns nil if nothing can match it, such as an invalid name or a registry of another namespace.
    static func read(_ query: Query, own namespace: NamespaceName) throws(RequestError) -> RepositoryFilter? {
        var filter = RepositoryFilter(
            namePrefix: query["name__startswith"], nameFragment: query["name__contains"], isInUse: try query.flag("in_use"))
        if let text = query["name"] {
            guard let name = try? RepositoryName(parsing: text) else { return nil }
            filter.name = name
        }
        filter.after = try query.cursor("the name of a repository") { try? RepositoryName(parsing: $0) }
        if let text = query["registry"] {
            let registry = try RegistryAuthority.filter(text)
            guard registry.namespace == nil || registry.namespace == namespace else { return nil }
            filter.authority = registry.authority
        }
        return filter
    }
}

extension Route {
    static let verifications = [Route(.post, .verifications, as: .repositoryVerify, verifyRepository)]

    @Sendable private static func verifyRepository(_ call: APICall, _: Void) async throws -> Response {
        let request = try await call.body(VerificationRequest.init)
        let name = try required(request.name, "name", as: RepositoryName.init(parsing:))
        let recorded = try await call.on(.repository(name)) {
            try await call.backend.verifyAgain(name, push: request.push ?? false, in: call.namespace, by: call.caller)
        }
        return Response(status: .ok, body: RepositoryBody(recorded.value), headers: recorded.headers())
    }
}
