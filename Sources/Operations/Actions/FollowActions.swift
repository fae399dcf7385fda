package import Domain
import Storage

extension Backend {
    /// The actions of all namespaces that were recorded or completed after this sequence number, in that order.
    package func actions(after sequence: Int, limit: Int) async throws -> [TrailEntry] {
        try await store.read(with: ServerGrant.background) { try $0.actions(after: sequence, limit: limit) }
    }

    /// The position of the last copied action; nil at the start of the trail.
    ///
    /// - Parameter copied: the last action in the copy. It is ignored if this trail does not contain it.
    package func position(following stored: TrailPosition?, orLater copied: TrailPosition?) async throws -> TrailPosition? {
        try await store.read(with: ServerGrant.background) { reader in
            let candidates = [
                try stored.flatMap { stored in
                    try reader.sequence(following: stored).map { TrailPosition(sequence: $0, id: stored.id) }
                },
                try copied.flatMap { copied in try reader.sequence(of: copied).map { TrailPosition(sequence: $0, id: copied.id) } },
            ]
            return candidates.compactMap(\.self).max { ($0.sequence ?? 0) < ($1.sequence ?? 0) }
        }
    }
}
