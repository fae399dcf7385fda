package import Domain
import Naming
package import RegistryClient

/// The identity of a caller and the origin of its call. Every operation requires one.
package struct Caller: Sendable {
    package let identity: Identity
    package let origin: Action.Origin

    /// The account against whose limits the call counts.
    package var requester: Requester { .account(identity.account.name.namespace) }

    package init(identity: Identity, origin: Action.Origin) {
        self.identity = identity
        self.origin = origin
    }
}

/// The result of a change, with the recorded action; nil if nothing changed.
package struct Recorded<Value: Sendable>: Sendable {
    package let value: Value
    package let action: Action?
}
