import Domain

/// The outcome of a request for contents.
struct UseOutcome: Sendable {
    let state: Action.State
    /// nil for a success.
    private(set) var reason: String?
    private(set) var status: Int?
    /// The reference of a manifest that was stored.
    private(set) var stored: String?
    /// Whether a blob or a manifest was stored.
    private(set) var isContentStored = false

    init(failure reason: String, status: Int?) {
        (state, self.reason, self.status) = (.failed, reason, status)
    }

    /// The request was sent, and the registry may have carried it out.
    init(unknown reason: String) {
        (state, self.reason) = (.unknown, reason)
    }

    init(storing reference: String? = nil, isContentStored: Bool = false) {
        state = .success
        stored = reference
        self.isContentStored = isContentStored || reference != nil
    }

    var isFailure: Bool { state == .failed }
}
