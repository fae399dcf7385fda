import Domain
import RegistryClient
import Storage

/// Limits concurrent list reads, in total and per account. The store has more readers than lists may use, so other reads, such as
/// authentication, never wait for a list.
struct ListLimits: Sendable {
    let lists = FairLimiter(.lists, .init(total: 4, perAccount: 3))
    /// Lists that read many rows for one page; at most half of all lists.
    let searches = FairLimiter(.searches, .init(total: 2, perAccount: 1))
}

/// A list to be read, with the parameters that make it expensive.
struct ListQuery: Sendable {
    /// The items of the list, in the plural.
    let items: String
    /// The query parameters that may cause many rows to be read for one page.
    let wideParameters: [String]

    init(items: String, wideParameters: [String] = [], _ page: Page) {
        self.items = items
        self.wideParameters = wideParameters + page.wideParameters
    }

    var isWide: Bool { !wideParameters.isEmpty }

    /// The error if the read exceeds the store's time limit.
    var tooSlow: RequestError {
        let cause =
            isWide
            ? "\(wideParameters.joined(separator: " and ")) had to look at too many \(items). Narrow the list with another filter"
            : "there are too many \(items), or the server is busy. Try again later"
        return .busy("The list took too long and was cancelled: \(cause)", retryAfter: 10)
    }
}

extension Backend {
    /// Reads a list, after waiting for one of the readers reserved for lists.
    func read<Value: Sendable>(
        _ query: ListQuery, with grant: some AccessGrant, by caller: Caller,
        _ body: @escaping @Sendable (any StoreReader) throws -> Value
    ) async throws -> Value {
        do {
            let search = query.isWide ? try await listLimits.searches.acquire(for: caller.requester) : nil
            defer { search?.release() }
            let list = try await listLimits.lists.acquire(for: caller.requester)
            defer { list.release() }
            return try await store.read(with: grant, body)
        } catch let limit as LimitReached {
            throw RequestError.busy("The list was not read: \(limit.reason)", retryAfter: limit.retryAfter)
        } catch StoreError.tooSlow {
            throw query.tooSlow
        }
    }
}

extension Page {
    /// A larger offset makes a list expensive.
    private static let shallow = 10_000

    /// Encoding more items than this takes longer than finding them.
    private static let small = 100

    fileprivate var wideParameters: [String] { (offset > Self.shallow ? ["offset"] : []) + (limit > Self.small ? ["limit"] : []) }
}
