import Domain
import Testing

/// Expects a `RequestError` with that status, and returns it.
@discardableResult
func expectFault<Value>(
    _ status: Int, _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Value
) async -> RequestError? {
    let fault = await #expect(throws: RequestError.self, comment, sourceLocation: sourceLocation) { _ = try await body() }
    #expect(fault?.status == status, comment, sourceLocation: sourceLocation)
    return fault
}

extension Page {
    static func everything() throws -> Page {
        try #require(Page(limit: maximumLimit))
    }
}
