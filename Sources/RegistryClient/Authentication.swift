/// How a registry authenticates, from its answer to a request without a credential.
enum Authentication: Hashable, Sendable {
    case open
    case basic
    case bearer(realm: String, service: String?)
    case unspoken(String)
    case silent(String)

    /// Tokens come before Basic where a registry takes both, as with every other client: what they may do is limited.
    init(_ response: RegistryResponse) {
        let schemes = response.challenges.map(\.scheme)
        switch response.status {
        case 200: self = .open
        case 401:
            if let bearer = response.challenges.first(where: { $0.scheme == "bearer" }), let realm = bearer.parameters["realm"] {
                self = .bearer(realm: realm, service: bearer.parameters["service"])
            } else if schemes.contains("basic") {
                self = .basic
            } else if schemes.contains("bearer") {
                self = .unspoken("it authenticates with bearer tokens, and does not say where they are made")
            } else if !schemes.isEmpty {
                self = .unspoken("it authenticates with a scheme that is not known here")
            } else {
                self = .silent("it answered 401 without saying how to authenticate")
            }
        case 404: self = .silent("there is no registry: GET /v2/ is not found")
        case 300..<400: self = .silent("it redirects GET /v2/ elsewhere, which is not followed")
        case 429: self = .silent("it answered 429: too many requests")
        default: self = .silent("it answered \(response.status) to GET /v2/")
        }
    }
}
