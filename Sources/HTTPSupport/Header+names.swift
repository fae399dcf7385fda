package import HTTPTypes
package import Wire

extension Header {
    package static var requestIDName: HTTPField.Name { .known(requestID) }
    package static var actionURIName: HTTPField.Name { .known(actionURI) }
}

extension HTTPField.Name {
    /// A name that is written in the code, and so is valid.
    package static func known(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("'\(text)' is a valid field name") }
        return name
    }
}
