import Domain
import FoundationEssentials
import Naming
import Storage
import Synchronization

/// An attempt to use a credential, for which there is an action in progress.
enum BegunAttempt: Sendable {
    /// An action of its own.
    case own(Action)
    /// The caller has too many failures, and a held action covers the attempt. A success is recorded as an action of its own.
    case covered(HeldFailures.Cover)
}

/// The error of a call that had recorded the use of a credential.
package struct FailedAttempt: Error {
    package let error: any Error
    let attempt: BegunAttempt
}
