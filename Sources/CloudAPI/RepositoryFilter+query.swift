import Domain
import HTTPSupport
import Naming
import Wire

extension RepositoryFilter {
    /// The filter that a query sets; nil where nothing can match it, such as a name that is no name or the registry of
    /// another namespace.
    static func read(_ query: Query, own namespace: NamespaceName) throws(RequestError) -> RepositoryFilter? {
        try query.allow(["name", "name__startswith", "name__contains", "registry", "in_use", "after"] + Listing<Repository>.parameters)
        var filter = RepositoryFilter(
            namePrefix: query["name__startswith"], nameFragment: query["name__contains"], isInUse: try query.flag("in_use"))
        if let text = query["name"] {
            guard let name = try? RepositoryName(parsing: text) else { return nil }
            filter.name = name
        }
        if let text = query["after"] {
            guard let name = try? RepositoryName(parsing: text) else { throw .invalid("after must be the name of a repository") }
            filter.after = name
        }
        if let text = query["registry"] {
            let registry = try RegistryAuthority.filter(text)
            guard registry.namespace == nil || registry.namespace == namespace else { return nil }
            filter.authority = registry.authority
        }
        return filter
    }
}
