import Domain
import RegistryClient
import Storage

/// Limits concurrent list reads, in total and per account. The store has more readers than lists may use, so other reads, such as
/// authentication, never wait for a list.
struct ListLimits: Sendable {
    let lists = FairLimiter(.lists, .init(total: 4, perAccount: 3))
    /// Reports of agents that are parsed and stored.
    let reports = FairLimiter(.reports, .init(total: 4, perAccount: 2))
    /// Lists that read many rows for one page; at most half of all lists.
    let searches = FairLimiter(.searches, .init(total: 2, perAccount: 1))
}
