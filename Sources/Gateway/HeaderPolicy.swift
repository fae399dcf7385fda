import HTTPSupport
import HTTPTypes
import Hummingbird
import RegistryClient

/// The header fields that the gateway forwards, in both directions; all others are removed. Credentials, cookies and fields that concern a
/// single connection are in none of the lists.
enum HeaderPolicy {
    static let ofPulls: [HTTPField.Name] = [.accept, .range, .ifRange]
    static let ofPushes: [HTTPField.Name] = [.contentType, .contentRange]

    /// The fields of responses with content.
    static let ofContents: [HTTPField.Name] =
        [
            .contentType, .contentEncoding, .contentRange, .acceptRanges, .eTag, .lastModified, .contentDigest, .ociSubject, .ociFilters,
            .warning,
        ] + ofRates
    /// The fields that a response from the manifest cache takes over from the registry.
    static let ofManifests: [HTTPField.Name] = ofRates + [.warning]
    static let ofUploads: [HTTPField.Name] = [.range, .contentDigest, .uploadID, .chunkMinimum, .ociSubject, .ociTag, .warning]
    static let ofRefusals: [HTTPField.Name] = [.retryAfter, .warning] + ofRates
    /// The rate limits of the registry (https://docs.docker.com/docker-hub/usage/pulls/).
    static let ofRates: [HTTPField.Name] = [.rateLimit, .rateRemaining, .rateSource]

    /// Whether a text is a number of seconds, of at most a day, or a date (https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3).
    static func isRetryAfter(_ text: String) -> Bool {
        if text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) { return Int(text).map { $0 <= 86_400 } ?? false }
        return text.wholeMatch(of: /[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT/) != nil
    }
}

extension HTTPField.Name {
    static let contentDigest = known("Docker-Content-Digest")
    static let uploadID = known("Docker-Upload-UUID")
    static let chunkMinimum = known("OCI-Chunk-Min-Length")
    static let ociSubject = known("OCI-Subject")
    static let ociFilters = known("OCI-Filters-Applied")
    static let ociTag = known("OCI-Tag")
    static let warning = known("Warning")
    static let rateLimit = known("RateLimit-Limit")
    static let rateRemaining = known("RateLimit-Remaining")
    static let rateSource = known("Docker-RateLimit-Source")
}

extension HTTPFields {
    /// The fields of these names that a response has.
    init(_ names: [HTTPField.Name], from response: UpstreamResponse) {
        self.init()
        for name in names { for value in response.fields[values: name] { append(HTTPField(name: name, value: value)) } }
    }
}

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
        // Every such type contains one of these pairs of letters; the usual types of registries do not.
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
