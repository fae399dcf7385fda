/// What an API key may be used for, within what its account may do; a server may know more scopes than this library.
public struct Scope: RawRepresentable, Hashable, Sendable {
    /// The word that the server uses.
    public let rawValue: String

    /// The scope of that word.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Listing and inspecting repositories and registries.
    public static let repositoryRead = Scope(rawValue: "repository:read")
    /// Registering, updating, verifying and removing repositories.
    public static let repositoryWrite = Scope(rawValue: "repository:write")
    /// Listing and inspecting actions.
    public static let auditRead = Scope(rawValue: "audit:read")
    /// Users, organizations, members, robots and API keys, and the configuration of registries.
    public static let accountAdmin = Scope(rawValue: "account:admin")
    /// Pulling images.
    public static let pull = Scope(rawValue: "pull")
    /// Pushing images.
    public static let push = Scope(rawValue: "push")
    /// Deleting images.
    public static let delete = Scope(rawValue: "delete")
    /// Listing and inspecting services.
    public static let serviceRead = Scope(rawValue: "service:read")
    /// Changing services.
    public static let serviceWrite = Scope(rawValue: "service:write")
    /// Reporting which services use which images.
    public static let serviceReport = Scope(rawValue: "service:report")
    /// Reading the credentials of repositories.
    public static let credentialReveal = Scope(rawValue: "credential:reveal")
}
