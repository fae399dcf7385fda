import HTTPSupport
import HTTPTypes
import Hummingbird

/// Content of registries must not run in a browser: it would have the rights of this server's own pages.
extension Response {
    /// Content is neither shown nor run by a browser: a type that a browser would run is replaced, and a blob is a download.
    mutating func makeHarmless(isBlob: Bool) {
        headers[.contentSecurityPolicy] = "sandbox; default-src 'none'"
        if isBlob { headers[.contentDisposition] = "attachment" }
        if let type = headers[.contentType], MediaType.mayRunInBrowsers(type) { headers[.contentType] = "application/octet-stream" }
    }
}

enum MediaType {
    /// Whether browsers show a type as HTML or XML, with its scripts (https://mimesniff.spec.whatwg.org/#mime-type-groups). A value with a comma may
    /// be read as two types.
    static func mayRunInBrowsers(_ value: String) -> Bool {
        // All of those types have one of these pairs of letters; those of registries, which every response has, do not.
        let hasLetters = zip(value.utf8, value.utf8.dropFirst()).contains { first, second in
            second | 0x20 == UInt8(ascii: "l") && [UInt8(ascii: "m"), UInt8(ascii: "s")].contains(first | 0x20)
        }
        guard hasLetters else { return false }
        return value.split(separator: ",").contains { part in
            let essence = part.prefix { $0 != ";" }.lowercased().filter { !$0.isWhitespace }
            return ["text/html", "text/xml", "application/xml", "text/xsl"].contains(essence) || essence.hasSuffix("+xml")
        }
    }
}

extension HTTPField.Name {
    fileprivate static let contentSecurityPolicy = known("Content-Security-Policy")
    fileprivate static let contentDisposition = known("Content-Disposition")
}
