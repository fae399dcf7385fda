package import NIOCore

/// What a registry says of a refusal, as far as it may be passed on.
package struct UpstreamFault: Hashable, Sendable {
    /// One of the specification's codes, or `UNKNOWN`.
    package let code: String
    /// For people; printable ASCII, and without anything of the credential.
    package let sentence: String

    package static let bodyLimit = RegistryResponse.bodyLimit

    private static let codes: Set<String> = [
        "BLOB_UNKNOWN", "BLOB_UPLOAD_INVALID", "BLOB_UPLOAD_UNKNOWN", "DIGEST_INVALID", "MANIFEST_BLOB_UNKNOWN", "MANIFEST_INVALID",
        "MANIFEST_UNKNOWN", "NAME_INVALID", "NAME_UNKNOWN", "SIZE_INVALID", "UNAUTHORIZED", "DENIED", "UNSUPPORTED", "TOOMANYREQUESTS",
        "RANGE_INVALID", "TAG_INVALID",
    ]

    package init(status: Int, body: ByteBuffer?, of repository: UpstreamRepository) {
        let fault = RegistryFault(body.map { Array($0.readableBytesView) } ?? [])
        code = fault.flatMap { Self.codes.contains($0.code) ? $0.code : nil } ?? "UNKNOWN"
        sentence = "it answered \(status)" + (fault.map { ", \($0.sentence(hiding: repository.credential))" } ?? "")
    }
}
