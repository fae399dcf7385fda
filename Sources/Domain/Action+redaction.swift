import Naming

extension Action {
    /// The same action without the API keys that its texts contain, also in an encoded form. Most of the texts come from requests.
    package var redacted: Action {
        var action = Action(
            id: id, namespace: namespace, kind: kind, object: object.redacted, reference: reference.map(Self.redact), state: state,
            status: status, reason: reason.map(Self.redact), attempts: attempts, started: started, ended: ended, origin: origin)
        action.origin.user = Self.redact(origin.user)
        action.origin.keyID = origin.keyID.map(Self.redact)
        action.origin.address = Self.redact(origin.address)
        action.origin.method = Self.redact(origin.method)
        action.origin.path = Self.redact(origin.path)
        action.origin.userAgent = Self.redact(origin.userAgent)
        return action
    }

    fileprivate static func redact(_ text: String) -> String { APIKeySecret.redactingAll(text) }
}

extension Action.Object {
    /// A name that contains an API key becomes a path without it, since the rest is no name.
    fileprivate var redacted: Action.Object {
        switch self {
        case .repository(let name): redacting(name.description)
        case .registry(let authority): redacting(authority.description)
        case .organization(let name), .member(let name), .user(let name): redacting(name.description)
        case .robot(let name): redacting(name.description)
        case .service, .agent: self
        case .apiKey(let id): .apiKey(Action.redact(id))
        case .row(let row): .row(Action.redact(row))
        case .path(let path): .path(Action.redact(path))
        }
    }

    private func redacting(_ name: String) -> Action.Object {
        let redacted = Action.redact(name)
        return redacted == name ? self : .path(redacted)
    }
}
