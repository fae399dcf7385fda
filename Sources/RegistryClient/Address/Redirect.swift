import Domain
package import HTTPTypes
import NIOCore
import Naming

/// Redirects of registries (https://www.rfc-editor.org/rfc/rfc9110#section-15.4).
enum Redirect {
    /// The number of redirects that are followed one after the other.
    static let limit = 5

    private static let statuses: Set<Int> = [301, 302, 303, 307, 308]

    /// The `Location` of a redirect; nil for any other response.
    static func location(of response: UpstreamResponse) -> String? {
        statuses.contains(response.status) ? response.location : nil
    }
}

extension HTTPField.Name {
    /// https://www.rfc-editor.org/rfc/rfc8288#section-3
    package static var link: HTTPField.Name {
        guard let name = HTTPField.Name("Link") else { preconditionFailure("'Link' is a valid field name") }
        return name
    }
}
