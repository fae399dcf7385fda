import Domain
import FoundationEssentials
import Naming
import Operations
import Testing

@Suite("Who may do what where")
struct AuthorizeTests {
    @Test("The permission and the scope of a right suffice for it, and so does a greater permission", arguments: Right.allCases)
    func sufficient(right: Right) throws {
        for permission in Permission.allCases where permission >= right.permission {
            try check(right, with: permission, scopes: [right.scope])
        }
    }

    @Test("A smaller permission is refused, and the one that is missing is named", arguments: Right.allCases)
    func smaller(right: Right) throws {
        for permission in Permission.allCases where permission < right.permission {
            let message = "This needs the permission '\(right.permission)' in 'team', and the account has '\(permission)'"
            #expect(throws: RequestError.forbidden(message)) { try check(right, with: permission) }
        }
    }

    @Test(
        "A namespace that the account has no part in does not exist, whatever the scopes", arguments: Right.allCases,
        [Set(Scope.allCases), []])
    func other(right: Right, scopes: Set<Scope>) throws {
        for isAdministrator in [true, false] {
            #expect(throws: RequestError.notFound("There is no namespace 'team'")) {
                try check(right, with: nil, scopes: scopes, isAdministrator: isAdministrator)
            }
        }
    }

    @Test("A missing scope is named, and all the others do not stand in for it", arguments: Right.allCases)
    func missing(right: Right) throws {
        #expect(throws: RequestError.forbidden("The API key lacks the scope '\(right.scope.rawValue)'")) {
            try check(right, with: .admin, scopes: Set(Scope.allCases).subtracting([right.scope]))
        }
    }

    @Test("A key for one namespace is good for that one alone", arguments: Right.allCases)
    func restricted(right: Right) throws {
        let own = APIKey.Restriction(namespace: try NamespaceName(parsing: "team"))
        if right == .configureRegistries {
            // They are the whole server's.
            let fault = #expect(throws: RequestError.self) { try check(right, with: .admin, restriction: own) }
            #expect(fault?.status == 403 && fault?.message.hasPrefix("The API key is restricted") == true)
        } else {
            try check(right, with: .admin, restriction: own)
        }
        let elsewhere = APIKey.Restriction(namespace: try NamespaceName(parsing: "others"))
        #expect(throws: RequestError.forbidden("The API key is restricted to the namespace 'others'")) {
            try check(right, with: .admin, restriction: elsewhere)
        }
    }

    @Test("A key for some repositories has the rights that are about repositories one by one, and no others")
    func patterns() throws {
        let restriction = APIKey.Restriction(repositories: [try RepositoryPattern(parsing: "a.example/team/*")])
        for right in Right.allCases {
            if [.readRepositories, .verifyRepositories, .writeRepositories, .pull, .push, .deleteContents].contains(right) {
                try check(right, with: .admin, restriction: restriction)
            } else {
                #expect(throws: RequestError.self) { try check(right, with: .admin, restriction: restriction) }
            }
        }
        let identity = try identity(restriction: restriction)
        try Authorize.check(RepositoryName(parsing: "a.example/team/image"), of: identity)
        for name in ["a.example/team", "a.example/team2/image", "b.example/team/image", "team/image"] {
            #expect(throws: RequestError.forbidden("The API key is restricted to a.example/team/*")) {
                try Authorize.check(RepositoryName(parsing: name), of: identity)
            }
        }
    }

    @Test("What is the whole server's takes a server administrator, and a key that is restricted to nothing")
    func server() throws {
        #expect(throws: RequestError.forbidden("Only a server administrator may do this")) {
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
        "Every right needs the scope and the permission that the documentation gives it",
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
