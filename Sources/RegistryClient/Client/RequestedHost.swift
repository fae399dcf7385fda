import Domain
import Naming

/// The host of a failed request. All sentences about failed requests are composed here.
enum RequestedHost: Hashable, Sendable {
    case registry(RegistryAuthority)
    case realm(RegistryAuthority, of: RegistryAuthority)
    /// The target of a redirect, by a name that contains no secret.
    case target(String, of: RegistryAuthority)

    /// - Parameter status: the status of the response; nil if there was none, or if it does not matter.
    func text(_ failure: RequestFailure, _ status: ResponseStatus? = nil) -> ErrorText {
        let sentence = sentence(failure)
        guard let status else { return sentence }
        return ErrorText("\(sentence.failure) (\(status))", advice: sentence.advice)
    }

    /// The text of an error that prevented a response.
    func text(_ error: TransportError) -> ErrorText {
        switch error {
        case .connection(let reason): "The request to \(name) failed: \(reason)"
        case .unknownHost: ErrorText("The host name of \(name) does not exist", advice: ofRegistry("Check the spelling"))
        case .timedOut: "\(subject) did not respond in time"
        case .forbidden(let predicate): ErrorText("\(subject) \(predicate.failure)", advice: predicate.advice)
        case .notTLS: ErrorText("\(subject) does not support TLS", advice: ofRegistry(advice("allow plain http", "--plain-http")))
        case .untrusted(TransportError.unknownIssuer):
            ErrorText(
                "The TLS connection to \(name) failed: \(TransportError.unknownIssuer)",
                advice: ofRegistry(advice("trust its certificate authority", "--ca FILE")))
        case .untrusted(let reason): "The TLS connection to \(name) failed: \(reason)"
        case .abandoned: "The client aborted the upload"
        case .limited(let limit): limit.text
        case .loginHeld(let refusal): ErrorText("\(subject) \(refusal.reason.failure)", advice: refusal.reason.advice)
        }
    }

    private func sentence(_ failure: RequestFailure) -> ErrorText {
        switch failure {
        case .rejectedLogin(let cause): "\(subject) rejected \(cause.login)"
        case .deniedAccess(let cause?): "\(subject) denied access to the repository with \(cause.login)"
        case .deniedAccess(nil): "\(subject) denied anonymous access to the repository"
        case .requiresLogin: "\(subject) requires a user name and a password"
        case .namesNoScheme: "\(subject) rejected the request without naming an authentication scheme"
        case .namesNoRealm: "\(subject) requires a bearer token without naming a realm"
        case .unsupportedScheme: "\(subject) requires an authentication scheme that is not supported"
        case .rejectedToken: "\(subject) rejected a token from its own realm"
        case .issuedNoToken: "\(subject) responded without a token"
        case .limitsRate: "\(subject) limits the rate of requests"
        case .error: "\(subject) responded with an error"
        case .unexpectedStatus: "\(subject) responded with an unexpected status"
        case .unexpectedBody: "\(subject) did not respond with a list of tags"
        case .isNoRegistry: "\(subject) does not implement the registry API"
        case .hidesRepository: "\(subject) has no such repository, or hides it, and did not request the user name and password"
        case .interruptsUpload(let demand): "\(subject) demanded \(demand) in the middle of an upload"
        case .redirectsTooOften(let limit): "\(subject) redirects more than \(limit) times"
        case .redirectsLogin: "\(subject) redirects to another origin, which does not receive the credential"
        case .redirectsToPlainHTTP: "\(subject) redirects from https to http, which is not followed"
        case .unusableRedirect(let reason): "\(subject) redirects to an invalid URL: \(reason)"
        case .unusableNextPage(let reason): "\(subject) names an invalid URL for the next page: \(reason)"
        case .unusableRealm(let reason): "\(subject) names a token realm that cannot be used: \(reason)"
        case .foreignRealm(let url):
            ErrorText("\(subject) uses a token realm on another host, \(url), which is not trusted yet", advice: trust(realm: url))
        case .changedRealm(let url):
            ErrorText("\(subject) now uses another token realm, \(url), which is not trusted yet", advice: trust(realm: url))
        }
    }

    /// The host as the subject of a sentence.
    private var subject: String {
        if case .realm = self { return "The \(name.dropFirst("the ".count))" }
        return name
    }

    private var name: String {
        switch self {
        case .registry(let registry): "\(registry)"
        case .realm(let realm, let registry): "the token realm \(realm.apiAuthority) of \(registry)"
        case .target(let host, let registry): "\(host), to which \(registry) redirects,"
        }
    }

    /// Advice that is valid for the registry only.
    private func ofRegistry(_ advice: String) -> String? {
        if case .registry = self { advice } else { nil }
    }

    private func trust(realm url: String) -> String { advice("allow it", "--realm \(url)") }

    private func advice(_ permission: String, _ option: String) -> String {
        "A server administrator can \(permission) with 'docker-cloud registry trust \(registry) \(option)'"
    }

    private var registry: RegistryAuthority {
        switch self {
        case .registry(let registry), .realm(_, let registry), .target(_, let registry): registry
        }
    }
}

/// The failure of a request that a host responded to.
enum RequestFailure: Hashable, Sendable {
    case rejectedLogin(LoginCause)
    /// - Parameter cause: nil for an anonymous request.
    case deniedAccess(LoginCause?)
    case requiresLogin
    /// 401 without a challenge.
    case namesNoScheme
    case namesNoRealm
    case unsupportedScheme
    case rejectedToken
    case issuedNoToken
    case limitsRate
    case error
    case unexpectedStatus
    case unexpectedBody
    case isNoRegistry
    /// 404 to an anonymous request.
    case hidesRepository
    case interruptsUpload(demand: String)
    case redirectsTooOften(limit: Int)
    case redirectsLogin
    case redirectsToPlainHTTP
    case unusableRedirect(String)
    case unusableNextPage(String)
    case unusableRealm(String)
    /// A realm on another host; its URL contains no secret.
    case foreignRealm(String)
    case changedRealm(String)
}

extension LoginCause {
    /// The login in a sentence for the user who requested the verification, or for all others.
    fileprivate var login: String { self == .request ? "this user name and password" : "the stored user name and password" }
}
