import Domain
import FoundationEssentials
import Naming
import Storage

/// The result of an authorization. ``GuardedStore`` requires one for each read and write. Only this file and Grant.swift create them.
protocol AccessGrant: Sendable {
    /// Repeats the authorization with the stored data. Throws if the key was revoked or has expired, the account was disabled, or the right
    /// was removed since.
    func check(in reader: any StoreReader, at now: Date) throws
}

/// Grants access to the server itself, without a caller. An architecture test lists the files that use it.
struct ServerGrant: AccessGrant {
    /// For authentication and for looking up permissions.
    static let access = ServerGrant()
    /// For background verification, following the audit trail and deleting old actions.
    static let background = ServerGrant()

    private init() {}

    func check(in reader: any StoreReader, at now: Date) {}
}
