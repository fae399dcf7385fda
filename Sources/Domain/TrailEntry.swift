/// An action with its number in the trail of all namespaces. Numbers grow, and none is given twice. An action whose outcome is stored gets another
/// number.
package struct TrailEntry: Hashable, Sendable {
    package let sequence: Int
    package let action: Action

    package init(sequence: Int, action: Action) {
        self.sequence = sequence
        self.action = action
    }

    package var position: TrailPosition { TrailPosition(sequence: sequence, id: action.id) }
}

/// Names an action by its number and its identifier: after a backup was restored, a number may be another action's.
package struct TrailPosition: Hashable, Sendable {
    /// nil where only the identifier is known.
    package let sequence: Int?
    package let id: Action.ID

    package init(sequence: Int?, id: Action.ID) {
        self.sequence = sequence
        self.id = id
    }
}
