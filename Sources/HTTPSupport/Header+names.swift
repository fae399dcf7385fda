package import HTTPTypes
package import Wire

extension Header {
    package static var requestIDName: HTTPField.Name { name(requestID) }
    package static var actionURIName: HTTPField.Name { name(actionURI) }

    private static func name(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("'\(text)' is a valid field name") }
        return name
    }
}
