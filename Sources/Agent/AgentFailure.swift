/// The reason why the agent could not start, or could not read or report the services, as a sentence for the administrator.
struct AgentFailure: Error, Hashable, Sendable, CustomStringConvertible {
    let description: String
    /// The time after which another try makes sense; nil if the agent decides.
    let retryAfter: Duration?

    init(_ description: String, retryAfter: Duration? = nil) {
        self.description = description
        self.retryAfter = retryAfter
    }
}
