import Domain
import FoundationEssentials
import Naming
import Operations
import Testing

@Suite("Authorization")
struct AuthorizeTests {
    @Test("The scope of a right and its permission, or a greater one, are sufficient", arguments: Right.allCases)
    func sufficient(right: Right) throws {
        for permission in Permission.allCases where permission >= right.permission {
            try check(right, with: permission, scopes: [right.scope])
        }
    }

    @Test("A smaller permission is refused, and the error names the required one", arguments: Right.allCases)
    func smaller(right: Right) throws {
        for permission in Permission.allCases where permission < right.permission {
            let message = "This needs the permission '\(right.permission)' in 'team', and the account has '\(permission)': ask an admin"
            #expect(throws: RequestError.forbidden(message)) { try check(right, with: permission) }
        }
    }

    @Test(
        "A namespace of which the account is not a member looks nonexistent, whatever the scopes", arguments: Right.allCases,
        [Set(Scope.allCases), []])
    func other(right: Right, scopes: Set<Scope>) throws {
        for isAdministrator in [true, false] {
            #expect(throws: RequestError.notFound("There is no namespace 'team', or your account is not a member: check the name")) {
                try check(right, with: nil, scopes: scopes, isAdministrator: isAdministrator)
            }
        }
    }

    @Test("A missing scope is named in the error, and no other scopes replace it", arguments: Right.allCases)
    func missing(right: Right) throws {
        #expect(throws: RequestError.forbidden("The API key lacks the scope '\(right.scope.rawValue)': use a key that has it")) {
            try check(right, with: .admin, scopes: Set(Scope.allCases).subtracting([right.scope]))
        }
    }

    @Test("A key restricted to a namespace is valid only there", arguments: Right.allCases)
    func restricted(right: Right) throws {
        let own = APIKey.Restriction(namespace: try NamespaceName(parsing: "team"))
        if right == .configureRegistries {
            // These rights affect the whole server.
            let fault = #expect(throws: RequestError.self) { try check(right, with: .admin, restriction: own) }
            #expect(fault?.status == 403 && fault?.message.hasPrefix("The API key is restricted") == true)
        } else {
            try check(right, with: .admin, restriction: own)
        }
        let elsewhere = APIKey.Restriction(namespace: try NamespaceName(parsing: "others"))
        #expect(throws: RequestError.forbidden("The API key is restricted to the namespace 'others': use a key without this restriction")) {
            try check(right, with: .admin, restriction: elsewhere)
        }
    }

    @Test("A key restricted to repositories has only the rights to single repositories")
    func patterns() throws {
        let restriction = APIKey.Restriction(repositories: [try RepositoryPattern(parsing: "a.example/team/*")])
        for right in Right.allCases {
            let single: [Right] = [
                .readRepositories, .verifyRepositories, .writeRepositories, .pull, .push, .deleteContents, .readServices, .writeServices,
            ]
            if single.contains(right) {
                try check(right, with: .admin, restriction: restriction)
            } else {
                #expect(throws: RequestError.self) { try check(right, with: .admin, restriction: restriction) }
            }
        }
        let identity = try identity(restriction: restriction)
        try Authorize.check(RepositoryName(parsing: "a.example/team/image"), of: identity)
        for name in ["a.example/team", "a.example/team2/image", "b.example/team/image", "team/image"] {
            #expect(throws: RequestError.forbidden("The API key is restricted to a.example/team/*: use a key without this restriction")) {
                try Authorize.check(RepositoryName(parsing: name), of: identity)
            }
        }
    }

    @Test("Rights that affect the whole server require a server administrator and an unrestricted key")
    func server() throws {
        #expect(throws: RequestError.forbidden("Only a server administrator may do this: ask one to do it")) {
            try check(.configureRegistries, with: .admin, isAdministrator: false)
        }
        try Authorize.checkAccount(asAdministrator: true, of: identity())
        #expect(throws: RequestError.self) { try Authorize.checkAccount(asAdministrator: true, of: identity(isAdministrator: false)) }
        try Authorize.checkAccount(of: identity(isAdministrator: false))
        #expect(throws: RequestError.self) {
            try Authorize.checkAccount(of: identity(scopes: Set(Scope.allCases).subtracting([.accountAdmin])))
        }
        for restriction in [
            APIKey.Restriction(namespace: try NamespaceName(parsing: "team")),
            APIKey.Restriction(repositories: [try RepositoryPattern(parsing: "a.example/*")]),
        ] {
            #expect(throws: RequestError.self) { try Authorize.checkAccount(of: identity(restriction: restriction)) }
            #expect(try !identity(restriction: restriction).mayAdministerServer)
        }
    }

    @Test(
        "Every right requires the scope and the permission in the documentation",
        arguments: [
            (Right.readRepositories, Scope.repositoryRead, Permission.read), (.verifyRepositories, .repositoryWrite, .write),
            (.writeRepositories, .repositoryWrite, .admin), (.readActions, .auditRead, .read), (.configureRegistries, .accountAdmin, .read),
            (.readOrganization, .accountAdmin, .read), (.manageOrganization, .accountAdmin, .admin),
        ])
    func documented(right: Right, scope: Scope, permission: Permission) {
        #expect(right.scope == scope)
        #expect(right.permission == permission)
    }

    private func check(
        _ right: Right, with permission: Permission?, scopes: Set<Scope> = Set(Scope.allCases),
        restriction: APIKey.Restriction = APIKey.Restriction(), isAdministrator: Bool = true
    ) throws {
        let identity = try identity(scopes: scopes, restriction: restriction, isAdministrator: isAdministrator)
        try Authorize.check(right, in: NamespaceName(parsing: "team"), with: permission, of: identity)
    }

    private func identity(
        scopes: Set<Scope> = Set(Scope.allCases), restriction: APIKey.Restriction = APIKey.Restriction(), isAdministrator: Bool = true
    ) throws -> Identity {
        let account = Account(id: UUID(), name: try AccountName(parsing: "alice"), isAdministrator: isAdministrator, created: Date())
        let key = APIKey(
            id: "abcdefghijkl", account: account.id, hash: [], label: "", scopes: scopes, restriction: restriction, created: Date())
        return .apiKey(key, of: account)
    }
}
