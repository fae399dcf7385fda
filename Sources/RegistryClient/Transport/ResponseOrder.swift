/// The order in which parts of responses may arrive on a connection, as a value without input and output.
///
/// NIO's decoder and AsyncHTTPClient disagree on some heads, and AsyncHTTPClient traps on unsolicited responses: with a status below 100
/// the decoder announces a body, but AsyncHTTPClient has ignored the head. Parts that violate these rules do not reach it.
struct ResponseOrder: Hashable, Sendable {
    private enum State: Hashable {
        case idle
        case waitingForHead(informational: Int)
        case receivingBody
        /// The response ended before the request.
        case answered
        case broken
    }

    private var state = State.idle
    private var isSending = false

    /// The maximum number of informational heads before the final one (https://www.rfc-editor.org/rfc/rfc9110#section-15.2).
    static let maximumInformationalHeads = 10

    /// Whether the head of a response has arrived, but not its end.
    var isReceivingBody: Bool { state == .receivingBody }

    /// Whether the connection can serve another request.
    var isIdle: Bool { state == .idle }

    mutating func requestBegins() {
        guard state == .idle else { return }
        state = .waitingForHead(informational: 0)
        isSending = true
    }

    mutating func requestEnds() {
        isSending = false
        if state == .answered { state = .idle }
    }

    mutating func headArrives(status: Int) throws(ResponseViolation) {
        guard case .waitingForHead(let informational) = state else { throw fails(.unsolicited) }
        switch status {
        case 200...599: state = .receivingBody
        // No request asks for another protocol.
        case 101: throw fails(.status(status))
        case 100...199:
            guard informational < Self.maximumInformationalHeads else { throw fails(.tooManyInformationalHeads) }
            state = .waitingForHead(informational: informational + 1)
        default: throw fails(.status(status))
        }
    }

    mutating func bodyArrives() throws(ResponseViolation) {
        guard state == .receivingBody else { throw fails(.unsolicited) }
    }

    mutating func responseEnds() throws(ResponseViolation) {
        guard state == .receivingBody else { throw fails(.unsolicited) }
        state = isSending ? .answered : .idle
    }

    private mutating func fails(_ violation: ResponseViolation) -> ResponseViolation {
        state = .broken
        return violation
    }
}

/// The reason for closing a connection to a registry.
enum ResponseViolation: Error, Hashable, Sendable {
    case status(Int)
    case tooManyInformationalHeads
    /// A second head, or an unsolicited response.
    case unsolicited

    var reason: String {
        switch self {
        case .status(let status): "the response has the invalid status \(status)"
        case .tooManyInformationalHeads: "there were more than \(ResponseOrder.maximumInformationalHeads) informational responses"
        case .unsolicited: "there was an unsolicited response"
        }
    }
}
