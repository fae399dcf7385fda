/// The body of every response that reports a failure.
package struct ErrorBody: Codable, Hashable, Sendable {
    package var error: String

    package init(error: String) {
        self.error = error
    }
}
