package import FoundationEssentials
package import Naming

/// A person who may call the API; the account's name is also the name of its namespace.
package struct Account: Hashable, Sendable, Identifiable {
    package let id: UUID
    package let name: NamespaceName
    package let isAdministrator: Bool
    package let isDisabled: Bool

    package init(id: UUID, name: NamespaceName, isAdministrator: Bool, isDisabled: Bool = false) {
        self.id = id
        self.name = name
        self.isAdministrator = isAdministrator
        self.isDisabled = isDisabled
    }
}
