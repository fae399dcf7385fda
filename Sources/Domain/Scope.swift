/// A scope of an API key.
package enum Scope: String, Hashable, Sendable, CaseIterable {
    case repositoryRead = "repository:read"
    case repositoryWrite = "repository:write"
    case pull
    case push
    case delete
    case serviceRead = "service:read"
    case serviceWrite = "service:write"
    case serviceReport = "service:report"
    case auditRead = "audit:read"
    case accountAdmin = "account:admin"
    case credentialReveal = "credential:reveal"
}
