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
            .contentType, .contentEncoding, .acceptRanges, .eTag, .lastModified, .contentDigest, .ociSubject, .ociFilters,
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

/// Content of registries must not run in a browser: it would have the rights of this server's own pages.
extension Response {
    /// Content is neither shown nor run by a browser: a type that a browser would run is replaced, and a blob is a download.
    mutating func makeHarmless(isBlob: Bool) {
        headers[.contentSecurityPolicy] = "sandbox; default-src 'none'"
        if isBlob { headers[.contentDisposition] = "attachment" }
        if let type = headers[.contentType], !MediaType.isHarmless(type) { headers[.contentType] = "application/octet-stream" }
    }
}

enum MediaType {
    /// Whether browsers read a value as a type that they do not show as HTML or XML, with its scripts
    /// (https://mimesniff.spec.whatwg.org/#mime-type-groups). Browsers differ in their reading of other values than `token/token` with
    /// parameters: some end the type at a space or a parenthesis. A value with a comma may be read as two types.
    static func isHarmless(_ value: String) -> Bool {
        value.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).allSatisfy { part in
            let essence = part.prefix { $0 != UInt8(ascii: ";") }.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
            return isType(essence) && !mayRun(String(decoding: essence, as: UTF8.self).lowercased())
        }
    }

    /// https://www.rfc-editor.org/rfc/rfc9110#section-8.3.1
    private static func isType(_ essence: some Collection<UInt8>) -> Bool {
        let parts = essence.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy(isOfToken) }
    }

    /// The parts of a `multipart` content have types of their own.
    private static func mayRun(_ type: String) -> Bool {
        ["text/html", "text/xml", "application/xml", "text/xsl"].contains(type) || type.hasSuffix("+xml") || type.hasPrefix("multipart/")
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    /// https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2
    private static func isOfToken(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
}

extension HTTPField.Name {
    fileprivate static let contentSecurityPolicy = known("Content-Security-Policy")
    fileprivate static let contentDisposition = known("Content-Disposition")
}
