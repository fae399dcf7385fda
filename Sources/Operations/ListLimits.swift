import Domain
import RegistryClient
import Storage

/// Bounds how many lists are read at a time, in total and for one account. Other reads, such as authentication, are not lists: the store has
/// more readers than lists may use, so they never wait behind one.
struct ListLimits: Sendable {
    let lists = FairLimiter(.lists, .init(total: 4, perAccount: 3))
    /// Lists that read many rows for one page, at most half of all.
    let searches = FairLimiter(.searches, .init(total: 2, perAccount: 1))
}

/// A list that is read, and what it could cost.
struct ListQuestion: Sendable {
    /// The items of the list, in the plural.
    let items: String
    /// The query parameters because of which many rows may be read for one page.
    let wideParameters: [String]

    init(items: String, wideParameters: [String] = [], _ page: Page) {
        self.items = items
        self.wideParameters = wideParameters + page.wideParameters
    }

    var isWide: Bool { !wideParameters.isEmpty }

    /// The fault where reading took longer than the store allows.
    var tooSlow: RequestError {
        let cause =
            isWide
            ? "\(wideParameters.joined(separator: " and ")) had to look at too many \(items). Narrow the list with another filter"
            : "there are too many \(items), or the server is busy. Try again later"
        return .busy("The list took too long and was ended: \(cause)", retryAfter: 10)
    }
}

extension Backend {
    /// Reads a list, after waiting for a share of the readers of lists.
    func read<Value: Sendable>(
        _ question: ListQuestion, with grant: some AccessGrant, by caller: Caller,
        _ body: @escaping @Sendable (any StoreReader) throws -> Value
    ) async throws -> Value {
        do {
            let search = question.isWide ? try await listLimits.searches.acquire(for: caller.requester) : nil
            defer { search?.release() }
            let list = try await listLimits.lists.acquire(for: caller.requester)
            defer { list.release() }
            return try await store.read(with: grant, body)
        } catch let limit as LimitReached {
            throw RequestError.busy("The list was not read: \(limit.reason)", retryAfter: limit.retryAfter)
        } catch StoreError.tooSlow {
            throw question.tooSlow
        }
    }
}

extension Page {
    /// Skipping more items than this takes long enough to wait for a turn.
    private static let shallow = 10_000

    /// More items than this take longer to be put into a response than to be found.
    private static let small = 100

    fileprivate var wideParameters: [String] { (offset > Self.shallow ? ["offset"] : []) + (limit > Self.small ? ["limit"] : []) }
}
