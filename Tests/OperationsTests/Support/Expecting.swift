import Domain
import Operations
import Testing

/// Expects a `RequestError` with that status, and returns it.
@discardableResult
func expectFault<Value>(
    _ status: Int, _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Value
) async -> RequestError? {
    let fault = await #expect(throws: RequestError.self, comment, sourceLocation: sourceLocation) { _ = try await throwingCause(body) }
    #expect(fault?.status == status, comment, sourceLocation: sourceLocation)
    return fault
}

/// Throws the error of a call without the record of the attempt.
func throwingCause<Value>(_ body: () async throws -> Value) async throws -> Value {
    do {
        return try await body()
    } catch let failed as FailedAttempt {
        throw failed.error
    }
}

extension Page {
    static func everything() throws -> Page {
        try #require(Page(limit: maximumLimit))
    }
}
