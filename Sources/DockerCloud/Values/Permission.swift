/// What an account may do in an organization, each permission including those before it; a server may know more of them than
/// this library.
public struct Permission: RawRepresentable, Hashable, Sendable {
    /// The word that the server uses.
    public let rawValue: String

    /// The permission of that word.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Listing and inspecting.
    public static let read = Permission(rawValue: "read")
    /// Also verifying repositories again.
    public static let write = Permission(rawValue: "write")
    /// Also registering, updating and removing repositories, and managing members, robots and the organization itself.
    public static let admin = Permission(rawValue: "admin")
}
