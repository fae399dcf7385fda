import Domain
import HTTPTypes

/// The scheme that a registry names at `/v2/`. The repository's own challenge decides; a correct hint saves a request.
///
/// A realm that is not pinned yet receives no login because of `/v2/` alone: the request is sent anonymously first.
struct SchemeHint {
    private let scheme: AuthenticationScheme
    private let isPinned: Bool
    private let isRead: Bool
    private let hasCredential: Bool
    /// Whether the request must not be sent again.
    private let isOnce: Bool
    /// Whether the hint is obsolete.
    private var isSettled: Bool
    private var isTried = false
    /// The error of the hint's realm, if it issued no token.
    private var failure: UpstreamError?

    /// - Parameter isKnown: whether the repository's own scheme is known.
    init(_ scheme: AuthenticationScheme?, for request: UpstreamRequest, to repository: UpstreamRepository, isKnown: Bool) {
        self.scheme = scheme ?? .anonymous
        isPinned = repository.registry.trust.hasPinned(self.scheme)
        isRead = [.get, .head].contains(request.method)
        hasCredential = repository.credential != nil
        isOnce = request.forwardedBody != nil
        isSettled = isKnown
    }

    /// The scheme of the first attempt if the repository's own scheme is unknown.
    var first: AuthenticationScheme { isUsedFirst ? scheme : .anonymous }

    private var isUsedFirst: Bool { !scheme.isBearer || isPinned || isOnce }

    /// The scheme to try after an anonymous response without a challenge of the repository: the realm may allow more, and a registry may
    /// hide private repositories from anonymous clients. An accepted anonymous upload stays anonymous.
    ///
    /// - Returns: nil if the response is final.
    mutating func next(after status: Int) -> AuthenticationScheme? {
        guard !isUsedFirst, !isTried, !isSettled, hasCredential, [401, 403, 404].contains(status) || isRead && status < 400 else {
            return nil
        }
        isTried = true
        return scheme
    }

    /// Notes that the repository itself demands a scheme.
    ///
    /// - Throws: the failure of the hint's realm if it is the same one.
    mutating func settle(for demanded: AuthenticationScheme) throws(UpstreamError) {
        isSettled = true
        if let failure, demanded.hasSameRealm(as: scheme) { throw failure }
    }

    /// Whether the hint's realm issued no token, and the request was sent anonymously instead.
    var isDropped: Bool { failure != nil }

    /// The failure of the hint's realm, unless the anonymous response replaces it: only content does. A registry may hide from anonymous
    /// clients what exists, or leave it out of a list.
    func failure(insteadOf status: Int, isList: Bool, isAnonymous: Bool) -> UpstreamError? {
        isAnonymous && (isList || status >= 400) ? failure : nil
    }

    /// Whether the request is sent anonymously because the hint's realm issued no token. The repository itself has not demanded that realm.
    mutating func isDropped(after error: UpstreamError, for used: AuthenticationScheme) -> Bool {
        guard !isSettled, used == scheme, scheme.isBearer else { return false }
        switch error {
        case .unreachable, .failed, .untrusted, .unknownHost, .loginRefused, .denied, .forbidden: break
        case .timedOut, .throttled, .abandoned, .limited, .forbiddenRedirect: return false
        }
        failure = error
        isSettled = true
        return true
    }
}

extension AuthenticationScheme {
    var isBearer: Bool { if case .bearer = self { true } else { false } }
}

extension RegistryTrust {
    /// Whether tokens of the scheme come from the realm that is pinned or that an administrator allowed.
    fileprivate func hasPinned(_ scheme: AuthenticationScheme) -> Bool {
        guard case .bearer(let name, _, _) = scheme, let realm, let url = try? TokenRealm.url(parsing: name) else { return false }
        return TokenRealm.isPinned(realm, url)
    }
}
