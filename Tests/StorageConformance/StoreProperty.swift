package import Storage
import Testing

/// A property of every store. A backend is tested with one call per property, each with an empty store:
///
///     @Test("The store fulfils the contract", arguments: StoreProperty.all)
///     func holds(_ property: StoreProperty) async throws {
///         try await property.check(emptyStore())
///     }
package struct StoreProperty: Sendable {
    package let name: String
    package let check: @Sendable (any Store) async throws -> Void

    init(_ name: String, _ check: @escaping @Sendable (any Store) async throws -> Void) {
        self.name = name
        self.check = check
    }

    package static let all = [
        deployments, accounts, repositories, uniqueness, listings, filters, counting, registries, trust, due, credentials, replacements,
        actions, transactions, users, takenNames, organizations, robots, keys, cursors, actionFilters, trail, services, agents, stateCounts,
    ].flatMap(\.self)
}

extension StoreProperty: CustomTestStringConvertible {
    package var testDescription: String { name }
}
