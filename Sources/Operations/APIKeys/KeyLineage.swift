import Domain
import FoundationEssentials
import Storage

/// The keys that hang on a key: those that were made with it, and its renewals, directly or by others of them.
struct KeyLineage {
    struct Member {
        let key: APIKey
        let account: Account
        /// Whether it is of the same account as the key, by keys of that account only. Such a key ends with the key.
        let isOwn: Bool
    }

    let members: [Member]

    /// - Parameter key: the key itself is no member.
    init(of key: APIKey, in reader: any StoreReader) throws {
        var members: [Member] = []
        var seen: Set<APIKey.ID> = [key.id]
        // A key that is renewed ends soon, and no later than its renewal.
        var waiting = try Self.next(after: key.id, in: reader).map { (id: $0, isOwn: true) }
        if let renewed = key.renews { waiting.append((renewed, true)) }
        while let (id, isOwn) = waiting.popLast() {
            guard seen.insert(id).inserted else { continue }
            // A row that does not verify is no key, but others can hang on it.
            let found = try? reader.apiKey(id)
            let isOwn = isOwn && (found.map { $0.key.account == key.account } ?? true)
            if let found { members.append(Member(key: found.key, account: found.account, isOwn: isOwn)) }
            waiting += try Self.next(after: id, in: reader).map { ($0, isOwn) }
        }
        self.members = members
    }

    private static func next(after id: APIKey.ID, in reader: any StoreReader) throws -> [APIKey.ID] { try reader.apiKeyIDs(after: id) }
}
