/// The permission of an account in a namespace. Each permission includes those before it.
package enum Permission: String, Hashable, Sendable, CaseIterable, Comparable {
    case read, write, admin

    package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .read: 0
        case .write: 1
        case .admin: 2
        }
    }
}
