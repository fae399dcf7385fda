package import NIOCore
import Naming

/// The limits of a ``FairLimiter``.
package struct FairLimits: Hashable, Sendable {
    package let total: Int
    package let perAccount: Int
    package let perRegistry: Int
    package let perAccountAtRegistry: Int
    /// The longest wait of a request.
    package let wait: TimeAmount

    package init(
        total: Int, perAccount: Int, perRegistry: Int = .max, perAccountAtRegistry: Int = .max, wait: TimeAmount = .seconds(15)
    ) {
        self.total = total
        self.perAccount = perAccount
        self.perRegistry = perRegistry
        self.perAccountAtRegistry = perAccountAtRegistry
        self.wait = wait
    }
}

/// The part of the limits that one request uses.
struct FairShare: Hashable, Sendable {
    let requester: Requester
    let registry: RegistryAuthority?
    var amount: Int
}
