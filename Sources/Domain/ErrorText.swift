/// The text of an error, whose sentences have one order: what failed, with the status of the response in parentheses; what was or was not
/// stored; what to do. The sentences are held without their full stops.
package struct ErrorText: Hashable, Sendable {
    package let failure: String
    /// nil if there is nothing to do, or if that depends on the operation that failed.
    package let advice: String?

    package init(_ failure: String, advice: String? = nil) {
        self.failure = failure
        self.advice = advice
    }

    /// The whole text. A text of one sentence has no full stop, so that a client can add the status.
    ///
    /// - Parameters:
    ///   - stored: what the operation stored or did not store.
    ///   - advice: what to do, if the failure itself does not determine it.
    package func sentences(stored: String? = nil, advice: String? = nil) -> String {
        let sentences = [failure, stored, self.advice ?? advice].compactMap(\.self)
        return sentences.count == 1 ? failure : sentences.map { "\($0)." }.joined(separator: " ")
    }
}

extension ErrorText: CustomStringConvertible {
    package var description: String { sentences() }
}

/// A literal is a failure without advice.
extension ErrorText: ExpressibleByStringInterpolation {
    package init(stringLiteral failure: String) { self.init(failure) }
}
