import HTTPSupport
import HTTPTypes
import RegistryClient

/// Which header fields go through, either way; all others stay where they are. Credentials, cookies and what concerns one connection
/// alone are in none of the lists.
enum HeaderPolicy {
    static let ofPulls: [HTTPField.Name] = [.accept, .range, .ifRange]
    static let ofPushes: [HTTPField.Name] = [.contentType, .contentRange]

    /// Of what the registry answers.
    static let ofContents: [HTTPField.Name] =
        [
            .contentType, .contentEncoding, .contentRange, .acceptRanges, .eTag, .lastModified, .contentDigest, .ociSubject, .ociFilters,
            .warning,
        ] + ofRates
    /// The fields that a response from the manifest cache takes over from the registry.
    static let ofManifests: [HTTPField.Name] = ofRates + [.warning]
    static let ofUploads: [HTTPField.Name] = [.range, .contentDigest, .uploadID, .chunkMinimum, .ociSubject, .ociTag, .warning]
    static let ofRefusals: [HTTPField.Name] = [.retryAfter, .warning] + ofRates
    /// What the registry says of how often it may be asked (https://docs.docker.com/docker-hub/usage/pulls/).
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
