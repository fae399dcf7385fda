import Domain
import HTTPTypes

/// Rejects cross-site requests of browsers, which add stored credentials to requests that a foreign page starts.
enum CrossSite {
    /// Only browsers send these fields. See https://www.w3.org/TR/fetch-metadata/ and https://www.rfc-editor.org/rfc/rfc6454#section-7.
    static func check(_ method: HTTPRequest.Method, _ headers: HTTPFields, host: String?) throws(RequestError) {
        guard ![.get, .head, .options].contains(method) else { return }
        let isOther = headers[.secFetchSite].map { $0.lowercased() == "cross-site" } ?? false
        guard !isOther, headers[values: .origin].allSatisfy({ isSame($0, host) }) else {
            throw .forbidden("A page of another site must not change anything here")
        }
    }

    private static func isSame(_ origin: String, _ host: String?) -> Bool {
        guard let host, let end = origin.firstRange(of: "://") else { return false }
        let port = origin[..<end.lowerBound].lowercased() == "https" ? ":443" : ":80"
        return normal(origin[end.upperBound...], port) == normal(host[...], port)
    }

    private static func normal(_ authority: Substring, _ port: String) -> String {
        let authority = authority.lowercased()
        return authority.hasSuffix(port) ? String(authority.dropLast(port.count)) : authority
    }
}

extension HTTPField.Name {
    fileprivate static let secFetchSite = known("Sec-Fetch-Site")
    fileprivate static let contentTypeOptions = known("X-Content-Type-Options")
}

extension HTTPFields {
    /// Makes browsers use the declared content type.
    mutating func forbidSniffing() { self[.contentTypeOptions] = "nosniff" }
}
