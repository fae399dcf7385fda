/// The calls of a client and the responses of a registry, parsed from text.
///
/// A line that begins with `> ` is a directive. Every other line is sent, followed by CRLF. A `\` at the end of a line suppresses the CRLF; `\n`,
/// `\r`, `\0` and `\xHH` denote bytes, and `$AUTHORITY` denotes the registry's host and port. Directives:
///
/// - `call KIND [SIZE] [SENDING] [READING]`: a call of the client; the words are the cases of ``Call``.
/// - `fresh`: the first call opens a new connection. Otherwise it uses an idle one.
/// - `respond [once|head|body]`: starts the response to the next request, and selects when it is sent.
/// - `cut`: sends the lines so far in a segment of their own. `times N`: repeats the lines up to the next directive.
/// - `pause`, `read`, `hold`, `finish`, `close`, `reset`: the cases of ``Response/Action``.
///
/// Unknown directives are sent. Every input is therefore a valid exchange.
struct Exchange: Sendable {
    /// Performed one after the other.
    var calls: [Call] = []
    /// The first request to arrive receives the first response, on any connection.
    var responses: [Response] = []
    /// Whether the first call opens a new connection.
    var isFresh = false
    /// The number of bytes that the registry sends.
    var size = 0
    /// The text before the first colon of each line: most of them are names of header fields.
    var names: Set<String> = []

    static let callLimit = 4
    static let responseLimit = 8
    static let actionLimit = 64
    static let nameLimit = 64

    var hasChallenge: Bool { names.contains { $0.lowercased() == "www-authenticate" } }

    var isCostly: Bool { size > 32 << 10 || responses.contains { $0.actions.contains { if case .hold = $0 { true } else { false } } } }
}

/// A call of a client.
struct Call: Sendable {
    enum Kind: String, Sendable {
        case get, head, post, put, patch, delete
        /// Follows redirects.
        case follow
        /// Pings `/v2/` first.
        case meet
        /// Verifies the right to pull.
        case verify
        /// Verifies the right to push.
        case push
    }

    /// The way in which a streamed body is sent.
    enum Sending: String, Sendable {
        /// With a `Content-Length`.
        case known
        /// In chunks.
        case unknown
        /// The client aborts in the middle.
        case broken
        /// With pauses.
        case dripping
    }

    /// The way in which the body of the response is read.
    enum Reading: String, Sendable {
        case whole, slow
        /// The first part only.
        case first
        /// Not at all.
        case leave
        /// The task is cancelled after a few milliseconds.
        case cancel
    }

    var kind = Kind.get
    /// The size of the request body, in bytes.
    var size = 0
    var sending = Sending.known
    var reading = Reading.whole

    static let sizeLimit = 4 << 20
}

/// The reaction of a registry to one request.
struct Response: Sendable {
    enum Moment: String, Sendable {
        /// Without a request: when the connection is accepted, or after the previous response.
        case once
        /// After the head of the request.
        case head
        /// After the complete request.
        case body
    }

    enum Action: Sendable {
        case send([UInt8])
        case pause
        /// Reads the rest of the request.
        case read
        /// Sends nothing until the exchange ends.
        case hold
        case close
        /// Closes the connection with a TCP reset.
        case reset
        /// Closes the sending half of the connection.
        case finish
    }

    var moment = Moment.head
    var actions: [Action] = []
}
