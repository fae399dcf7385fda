/// The rule that an invalid name violates.
package struct NamingError: Error, Hashable, Sendable, CustomStringConvertible {
    package let rule: Rule

    package var description: String { rule.rawValue }

    /// The rules. The raw values are error messages.
    package enum Rule: String, Hashable, Sendable, CaseIterable {
        case empty = "the name is empty"
        case tooLong = "the name is too long: the path after the registry may have 255 characters, the registry's host 253"
        case character = "the name has a character that is not printable ASCII"
        case percent = "the name has a '%': names are written as they are, without percent-encoding"
        case scheme = "leave out the scheme: write registry.example/team/image, without http:// or https://"
        case digest = "the name has an '@': leave out the digest, and any user name"
        case tag = "leave out the tag: a repository is registered as a whole, without :tag"
        case trailingSlash = "the name ends in a '/'"
        case leadingSlash = "the name begins with a '/'"
        case emptyComponent = "the name has an empty component ('//')"
        case dotComponent = "the name has a component '.' or '..'"
        case upperCase = "the path of a repository has lower-case letters only"
        case component =
            "each component of the path has lower-case letters and digits, separated by '.', '_', '__' or dashes"
        case hexadecimal = "64 hexadecimal digits are an image ID, not a repository's name"
        case registryOnly = "the name is that of a registry: a repository on it is missing (registry.example/team/image)"
        case host = "the registry's host is not a valid DNS name or IPv4 address"
        case numericHost = "a registry's host that ends in a number must be an IPv4 address in four decimal parts"
        case ipv6 = "IPv6 addresses cannot name a registry: use a host name"
        case port = "the registry's port is not a number from 1 to 65535"
        case namespace = "a namespace has 2 to 30 lower-case letters and digits, single dashes between them"
        case reserved = "the namespace is a reserved word"
        case agent =
            "an agent's name has 1 to 128 letters, digits, '.', '_' and dashes, begins with a letter, a digit or '_', and is no UUID"
        case robot = "a robot's name has 2 to 30 lower-case letters and digits, single dashes between them"
        case imageTag = "the tag after ':' must have 1 to 128 letters, digits, '_', '.' and '-', and begin with a letter, a digit or '_'"
        case imageDigest = "the digest after '@' must be sha256: or sha512: with all hexadecimal digits in lower case"
        case service = "a service's name has 1 to 255 characters, without control characters"
    }

    init(_ rule: Rule) {
        self.rule = rule
    }
}
