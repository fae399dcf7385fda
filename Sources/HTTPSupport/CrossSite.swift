import Domain
import HTTPTypes

/// The scheme and, if it is configured, the URL under which browsers reach the server.
package struct ServedOrigin: Sendable {
    fileprivate let scheme: String
    fileprivate let publicURL: Origin?

    /// - Parameters:
    ///   - isTLS: whether clients use TLS, with this server or with a proxy in front of it.
    ///   - publicURL: nil if it is not configured.
    package init(isTLS: Bool = false, publicURL: String? = nil) {
        scheme = isTLS ? "https" : "http"
        self.publicURL = publicURL.flatMap { Origin(parsing: $0) }
    }
}

/// https://www.rfc-editor.org/rfc/rfc6454#section-4
private struct Origin: Hashable {
    let scheme: String
    /// Host and port, without the scheme's own port.
    let authority: String

    init?(parsing text: String) {
        guard let end = text.firstRange(of: "://") else { return nil }
        self.init(scheme: String(text[..<end.lowerBound]), authority: text[end.upperBound...])
    }

    init?(scheme: String, authority: Substring) {
        let ports = ["http": ":80", "https": ":443"]
        self.scheme = scheme.lowercased()
        guard let port = ports[self.scheme] else { return nil }
        let authority = authority.lowercased()
        self.authority = authority.hasSuffix(port) ? String(authority.dropLast(port.count)) : authority
    }
}

/// Rejects cross-site requests of browsers, which add stored credentials to requests that a foreign page starts.
enum CrossSite {
    /// Only browsers send these fields. See https://www.w3.org/TR/fetch-metadata/ and https://www.rfc-editor.org/rfc/rfc6454#section-7.
    static func check(_ method: HTTPRequest.Method, _ headers: HTTPFields, host: String?, at served: ServedOrigin) throws(RequestError) {
        guard ![.get, .head, .options].contains(method) else { return }
        guard !headers[values: .secFetchSite].contains(where: isCrossSite), headers[values: .origin].allSatisfy({ isOwn($0, host, served) })
        else {
            throw .forbidden(
                "Requests from pages of other sites are not allowed to change anything: use a page of this server, or an API client")
        }
    }

    /// A browser sends one value. A field that was added to another one, or joined with it, must not hide that.
    private static func isCrossSite(_ field: String) -> Bool {
        field.utf8.split { ",; \t".utf8.contains($0) }.contains { String(decoding: $0, as: UTF8.self).lowercased() == "cross-site" }
    }

    /// Another scheme of the same host is another origin.
    private static func isOwn(_ text: String, _ host: String?, _ served: ServedOrigin) -> Bool {
        guard let origin = Origin(parsing: text) else { return false }
        return origin == served.publicURL || origin == host.flatMap { Origin(scheme: served.scheme, authority: $0[...]) }
    }
}

extension HTTPField.Name {
    fileprivate static let secFetchSite = known("Sec-Fetch-Site")
    static let contentTypeOptions = known("X-Content-Type-Options")
}

extension HTTPFields {
    /// Makes browsers use the declared content type.
    mutating func forbidSniffing() { self[.contentTypeOptions] = "nosniff" }
}
