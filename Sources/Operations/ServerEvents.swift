package import Domain
import FoundationEssentials
import Storage

/// Something that an administrator should know about.
package enum ServerEvent: Hashable, Sendable {
    /// A registry refused the stored credential of a repository.
    case repositoryRejected(Repository)
    /// An API key that was not renewed expires within this time.
    case keyExpiring(HeldKey, within: ExpiryHorizon)
}

/// The place up to which the events were read.
package struct EventPlace: Hashable, Sendable {
    /// The number of the last change of a repository to `Rejected`.
    fileprivate var rejection: Int
    fileprivate var expiries: [ExpiryHorizon: KeyExpiry]
}

extension Backend {
    /// The place at which a process starts. Repositories that are `Rejected` already cause no event. Keys that expire within the longest
    /// horizon cause one each, with the shortest horizon.
    package func eventStart() async throws -> EventPlace {
        var expiries: [ExpiryHorizon: KeyExpiry] = [:]
        let now = clock.now()
        var start = now
        for horizon in ExpiryHorizon.allCases {
            expiries[horizon] = KeyExpiry(date: start)
            start = Self.after(now + horizon.time)
        }
        let rejection = try await store.read(with: ServerGrant.background) { try $0.lastRejection() }
        return EventPlace(rejection: rejection, expiries: expiries)
    }

    /// The events after a place, and the place behind them.
    ///
    /// - Parameter limit: the maximum of each kind. The next call returns the others.
    package func events(after place: EventPlace, limit: Int) async throws -> (events: [ServerEvent], place: EventPlace) {
        let now = clock.now()
        return try await store.read(with: ServerGrant.background) { reader in
            var next = place
            let rejected = try reader.rejectedRepositories(after: place.rejection, limit: limit)
            next.rejection = rejected.last
            var events = rejected.repositories.map(ServerEvent.repositoryRejected)
            for horizon in ExpiryHorizon.allCases {
                guard let from = place.expiries[horizon] else { continue }
                let end = now + horizon.time
                let found = try reader.expiringKeys(after: from, until: end, limit: limit)
                events += found.keys.filter { $0.key.isOlder(than: horizon) }.map { .keyExpiring($0, within: horizon) }
                next.expiries[horizon] = found.last ?? (from.date > end ? from : KeyExpiry(date: Self.after(end)))
            }
            return (events, next)
        }
    }

    /// The next date that a store distinguishes.
    private static func after(_ date: Date) -> Date { date + 0.001 }
}

extension APIKey {
    /// Whether the key was created for a longer time. Others are not reported at their creation.
    fileprivate func isOlder(than horizon: ExpiryHorizon) -> Bool { expires.map { $0 - horizon.time > created } ?? false }
}
