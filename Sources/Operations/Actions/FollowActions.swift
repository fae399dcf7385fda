package import Domain
import Storage

extension Backend {
    /// The actions of all namespaces that were recorded after this one, the oldest first.
    package func actions(after id: Action.ID?, limit: Int) async throws -> [Action] {
        try await store.read { try $0.actions(after: id, limit: limit) }
    }
}
