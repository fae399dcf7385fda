package import Naming

/// The authenticated caller of an operation. Only authentication creates one.
package enum Identity: Hashable, Sendable {
    case apiKey(APIKey, of: Account)
    /// A short-lived gateway token that was issued for a key. It has the rights that the key has at that moment.
    case gatewayToken(madeWith: APIKey, of: Account)

    package var account: Account {
        switch self {
        case .apiKey(_, let account), .gatewayToken(_, let account): account
        }
    }

    package var key: APIKey {
        switch self {
        case .apiKey(let key, _), .gatewayToken(let key, _): key
        }
    }

    package var scopes: Set<Scope> { key.scopes }
    package var restriction: APIKey.Restriction { key.restriction }

    /// Whether the caller may administer the server. Every right of a server administrator depends on this property; an architecture test
    /// rejects other uses of `isAdministrator`.
    package var mayAdministerServer: Bool {
        account.isAdministrator && scopes.contains(.accountAdmin) && restriction == APIKey.Restriction()
    }

    /// The default namespace of calls that name none.
    package var home: NamespaceName { restriction.namespace ?? account.name.namespace }

    package var keyID: String? { key.id }
}
