import Domain
import FoundationEssentials
import Naming
import Sealing
import Storage
import Synchronization

/// Collects refused keys until they are recorded in the trails of their accounts. Only then are they looked up, so that the response time
/// does not reveal whether a key exists.
package final class RefusedKeys: Sendable {
    struct Attempt: Sendable {
        let keyID: APIKey.ID
        let origin: Action.Origin
        let status: Int
        let date: Date
    }

    /// The attempts with a key from an address.
    struct Attempts: Sendable {
        /// The attempts that may be recorded individually.
        var first: [Attempt] = []
        /// The last of the others, and their number.
        var others: (last: Attempt, count: Int)?
    }

    private struct Place: Hashable {
        let keyID: APIKey.ID
        let address: String
    }

    /// Refusals of further keys and addresses, until the next write, are only logged.
    static let capacity = 1_000
    /// Refusals of a key from an address beyond this number are only counted.
    static let individual = 30

    private let attempts = Mutex<[Place: Attempts]>([:])

    package init() {}

    func note(_ attempt: Attempt) {
        let place = Place(keyID: attempt.keyID, address: attempt.origin.address)
        attempts.withLock { attempts in
            guard attempts[place] != nil || attempts.count < Self.capacity else { return }
            attempts[place, default: Attempts()].add(attempt)
        }
    }

    func take() -> [Attempts] {
        attempts.withLock { attempts in
            defer { attempts = [:] }
            return Array(attempts.values)
        }
    }
}

extension RefusedKeys.Attempts {
    var keyID: APIKey.ID? { first.first?.keyID }

    mutating func add(_ attempt: RefusedKeys.Attempt) {
        guard first.count >= RefusedKeys.individual else { return first.append(attempt) }
        others = (attempt, (others?.count ?? 0) + 1)
    }
}
