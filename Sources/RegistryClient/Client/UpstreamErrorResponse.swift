package import Domain
package import NIOCore
import Naming

/// A registry's error response, reduced to the parts that clients may see.
package struct UpstreamErrorResponse: Hashable, Sendable {
    /// One of the specification's codes, or `UNKNOWN`.
    package let code: String
    /// The code as the registry wrote it; nil if there is none.
    let registryCode: String?
    let status: ResponseStatus
    private let host: RequestedHost
    private let failure: RequestFailure

    private static let codes: Set<String> = [
        "BLOB_UNKNOWN", "BLOB_UPLOAD_INVALID", "BLOB_UPLOAD_UNKNOWN", "DIGEST_INVALID", "MANIFEST_BLOB_UNKNOWN", "MANIFEST_INVALID",
        "MANIFEST_UNKNOWN", "NAME_INVALID", "NAME_UNKNOWN", "SIZE_INVALID", "UNAUTHORIZED", "DENIED", "UNSUPPORTED", "TOOMANYREQUESTS",
        "RANGE_INVALID", "TAG_INVALID",
    ]

    /// - Parameter body: nil if there is none, or if it did not arrive in time.
    package init(_ response: UpstreamResponse, body: ByteBuffer?, of repository: UpstreamRepository) {
        self.init(response, bytes: body.map { Array($0.readableBytesView) } ?? [], of: repository, because: .use)
    }

    init(_ response: UpstreamResponse, bytes: [UInt8], of repository: UpstreamRepository, because cause: LoginCause) {
        let error = RegistryErrorBody(bytes)
        code = error.flatMap { Self.codes.contains($0.code) ? $0.code : nil } ?? "UNKNOWN"
        registryCode = error?.code
        status = ResponseStatus(response.status, error, hiding: repository.secrets)
        let registry = repository.registry.authority
        host = response.redirectHost.map { .target($0.name(hiding: repository.secrets), of: registry) } ?? .registry(registry)
        failure =
            switch response.status {
            case _ where response.isRefusalElsewhere: .error
            case 401, 403: .deniedAccess(repository.credential == nil ? nil : cause)
            case 429: .limitsRate
            case ..<400: .unexpectedStatus
            default: .error
            }
    }

    /// For users; printable ASCII, without any part of the credential.
    package var text: ErrorText { text(failure) }

    func text(_ failure: RequestFailure) -> ErrorText { host.text(failure, status) }
}

extension RegistryAuthority {
    /// The host and port, for users. A host name must not carry a secret into a message.
    func name(hiding secrets: SecretsInUse) -> String { secrets.areRepeated(in: description) ? "another host" : description }
}
