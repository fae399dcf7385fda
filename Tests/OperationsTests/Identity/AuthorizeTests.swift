import Domain
import FoundationEssentials
import Naming
import Operations
import Testing

@Suite("Who may do what where")
struct AuthorizeTests {
    @Test("The scope of a right opens the caller's own namespace, named or not", arguments: Right.allCases)
    func own(right: Right) throws {
        let identity = try identity([right.scope], isAdministrator: true)
        #expect(try Authorize.namespace(nil, for: right, of: identity) == identity.account.name)
        #expect(try Authorize.namespace(identity.account.name, for: right, of: identity) == identity.account.name)
    }

    @Test("Somebody else's namespace does not exist, whatever the scopes", arguments: Right.allCases, [Set(Scope.allCases), []])
    func other(right: Right, scopes: Set<Scope>) throws {
        let other = try NamespaceName(parsing: "others")
        let identity = try identity(scopes)
        #expect(throws: Fault.notFound("There is no namespace 'others'")) {
            try Authorize.namespace(other, for: right, of: identity)
        }
    }

    @Test("An administrator has no right in somebody else's namespace either", arguments: Right.allCases)
    func administrator(right: Right) throws {
        let identity = try identity(Set(Scope.allCases), isAdministrator: true)
        #expect(throws: Fault.notFound("There is no namespace 'others'")) {
            try Authorize.namespace(NamespaceName(parsing: "others"), for: right, of: identity)
        }
    }

    @Test("A missing scope is named, and all the others do not stand in for it", arguments: Right.allCases, [true, false])
    func missing(right: Right, isNamed: Bool) throws {
        let identity = try identity(Set(Scope.allCases).subtracting([right.scope]))
        #expect(throws: Fault.forbidden("The API key lacks the scope '\(right.scope.rawValue)'")) {
            try Authorize.namespace(isNamed ? identity.account.name : nil, for: right, of: identity)
        }
    }

    @Test(
        "Every right needs the scope that the documentation gives it",
        arguments: [
            (Right.readRepositories, Scope.repositoryRead), (.writeRepositories, .repositoryWrite), (.readActions, .auditRead),
        ])
    func scopes(right: Right, scope: Scope) {
        #expect(right.scope == scope)
    }

    private func identity(_ scopes: Set<Scope>, isAdministrator: Bool = false) throws -> Identity {
        let account = Account(id: UUID(), name: try NamespaceName(parsing: "team"), isAdministrator: isAdministrator)
        let key = APIKey(id: "abcdefghijkl", account: account.id, hash: [], label: "", scopes: scopes, created: Date())
        return .apiKey(key, of: account)
    }
}
