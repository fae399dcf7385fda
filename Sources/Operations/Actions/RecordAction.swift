import Domain
import FoundationEssentials

extension Backend {
    /// The action of a change that is about to be written. It is stored by the same transaction as the change.
    func action(_ kind: Action.Kind, on repository: Repository, started: Date, by caller: Caller) -> Action {
        Action(
            id: makeID(), namespace: repository.namespace, kind: kind, object: .repository(repository.name), state: .success,
            started: started, ended: clock.now(), origin: caller.origin)
    }
}
