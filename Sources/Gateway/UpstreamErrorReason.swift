import RegistryClient

/// Why a registry did not serve a client, in few words that nobody outside chooses: they are labels of a counter.
enum UpstreamErrorReason: String, CaseIterable {
    /// No answer in time, or silence in the middle of one.
    case timeout
    /// No connection, no TLS, or nothing that a registry says.
    case unreachable
    /// The stored credential is not taken, or may not do it.
    case refused
    /// It was not asked, as nobody allowed to connect there.
    case forbidden
    /// It wants to be asked less often.
    case throttled
    /// It says that it failed.
    case failed
    /// Its answer broke off, or is of another length than it said.
    case broken
    /// Its answer is none to the question, or of another digest.
    case invalid
}

extension UpstreamErrorReason {
    init?(_ error: UpstreamError) {
        switch error {
        case .unreachable, .untrusted, .unknownHost: self = .unreachable
        case .timedOut: self = .timeout
        case .loginRefused, .denied: self = .refused
        case .throttled: self = .throttled
        case .failed: self = .failed
        case .forbidden: self = .forbidden
        case .abandoned, .limited: return nil
        }
    }

    /// nil where it is an answer that says something of the question.
    init?(status: Int) {
        switch status {
        case 401, 403: self = .refused
        case 429: self = .throttled
        case 500...: self = .failed
        default: return nil
        }
    }

    /// In the middle of an answer; nil where it is the client that goes away.
    init?(midway error: any Error) {
        switch error {
        case TransportError.timedOut: self = .timeout
        case TransportError.limited: return nil
        case is TransportError, ContentVerifier.Wrong.length: self = .broken
        case ContentVerifier.Wrong.digest: self = .invalid
        default: return nil
        }
    }
}
