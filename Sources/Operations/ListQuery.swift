import Domain
import RegistryClient
import Storage

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

    /// The error if the page should start after an item that is not in the list.
    var unknownCursor: RequestError {
        .invalid("after must be the id of one of these \(items). If it was removed meanwhile, start again with the first page")
    }

    /// The error if the read exceeds the store's time limit.
    var tooSlow: RequestError {
        let cause =
            isWide
            ? "\(wideParameters.joined(separator: " and ")) had to read too many \(items). Narrow the list with another filter."
            : "there are too many \(items), or the server is busy. Try again later."
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
            throw RequestError.busy(limit.text.sentences(stored: "The list was not read"), retryAfter: limit.retryAfter)
        } catch StoreError.tooSlow {
            throw query.tooSlow
        } catch StoreError.unknownCursor {
            throw query.unknownCursor
        }
    }
}

extension Page {
    /// A larger offset makes a list expensive.
    private static let shallow = 10_000

    /// Encoding more items than this takes longer than finding them.
    private static let small = 100

    var wideParameters: [String] { (offset > Self.shallow ? ["offset"] : []) + (limit > Self.small ? ["limit"] : []) }
}
