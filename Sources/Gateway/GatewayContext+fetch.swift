import Domain
import FoundationEssentials
import HTTPTypes
import NIOCore
import Naming
import RegistryClient

extension GatewayContext {
    /// Fetches a manifest from its registry, verifies its digest and stores it in the cache.
    ///
    /// - Parameter expected: the digest of the tag, if it is known. Another request may have fetched the manifest meanwhile.
    func fetch(
        _ request: ManifestRequest, expecting expected: ContentDigest?, from upstreamRepository: UpstreamRepository,
        as use: RepositoryUse
    ) async throws -> FetchedManifest {
        if let expected = expected ?? servedDigest(request), let manifest = manifests[.init(use.repository, expected)],
            manifest.isAccepted(by: request.accept)
        {
            let permit = try await upstream.holdManifest(manifest.bytes.readableBytes, for: upstreamRepository.requester)
            return FetchedManifest(manifest: manifest, digest: expected, encoding: nil, rates: HTTPFields(), permit: permit)
        }
        let (response, permit) = try await request.open(through: self, from: upstreamRepository, as: use)
        defer { response.body.release() }
        guard let bytes = try await response.body.collect(upTo: ManifestCache.Manifest.sizeLimit, within: upstream.limits.manifest) else {
            throw GatewayError.upstream("The registry's manifest is larger than \(ManifestCache.Manifest.sizeLimit) bytes")
        }
        if let length = response.length, bytes.readableBytes != length {
            throw GatewayError.upstream("The length of the registry's manifest differs from its Content-Length")
        }
        permit?.shrink(to: upstream.isCounted(manifestOf: bytes.readableBytes) ? bytes.readableBytes : 0)
        let digest = try Self.verifiedDigest(of: bytes, for: request.reference, named: response[.contentDigest])
        let encoding = response[.contentEncoding].flatMap { $0.lowercased() == "identity" ? nil : $0 }
        let manifest = ManifestCache.Manifest(type: response[.contentType], bytes: bytes)
        if encoding == nil { manifests.store(manifest, for: .init(use.repository, digest)) }
        return FetchedManifest(
            manifest: manifest, digest: digest, encoding: encoding, rates: response.fields(HeaderPolicy.ofManifests),
            permit: permit)
    }

    /// The requested digest, if it may be served from the cache.
    private func servedDigest(_ request: ManifestRequest) -> ContentDigest? {
        guard case .digest(let digest) = request.reference,
            access.isKnown(.init(repository: request.repository, credential: request.credential))
        else { return nil }
        return digest
    }

    private static func verifiedDigest(of bytes: ByteBuffer, for reference: ManifestReference, named: String?) throws -> ContentDigest {
        var digest = named.flatMap { ContentDigest(parsing: $0) } ?? ContentDigest.sha256(of: bytes)
        if case .digest(let requested) = reference { digest = requested }
        guard let digest, digest.isDigest(of: bytes) else {
            throw GatewayError.upstream("The digest of the registry's manifest differs from the requested one")
        }
        return digest
    }
}

extension ManifestRequest {
    func upstream(_ method: HTTPRequest.Method) -> UpstreamRequest {
        var fields = HTTPFields()
        for type in accept { fields.append(HTTPField(name: .accept, value: type)) }
        return UpstreamRequest(method, .resource("manifests/\(reference)"), fields: fields, rights: .pull)
    }

    /// Sends the request and reserves memory for the manifest.
    fileprivate func open(
        through context: GatewayContext, from upstreamRepository: UpstreamRepository, as use: RepositoryUse
    ) async throws -> (UpstreamResponse, FairLimiter.Permit?) {
        let response = try await sendGet(through: context, to: upstreamRepository, as: use)
        let size = min(response.length ?? ManifestCache.Manifest.sizeLimit, ManifestCache.Manifest.sizeLimit)
        if let permit = context.upstream.holdManifestNow(size, for: upstreamRepository.requester) { return (response, permit) }
        guard context.upstream.isCounted(manifestOf: size) else { return (response, nil) }
        // Requests that hold memory may wait for a connection: this one releases its connection before it waits for memory.
        response.body.release()
        let permit = try await context.upstream.holdManifest(size, for: upstreamRepository.requester)
        return (try await sendGet(through: context, to: upstreamRepository, as: use), permit)
    }

    private func sendGet(
        through context: GatewayContext, to upstreamRepository: UpstreamRepository, as use: RepositoryUse
    ) async throws -> UpstreamResponse {
        let response = try await context.send(upstream(.get), to: upstreamRepository, as: use)
        guard [200, 203].contains(response.status) else {
            guard response.status >= 400 else { throw GatewayError.unexpected(response, from: upstreamRepository) }
            let error = await context.error(of: response, from: upstreamRepository)
            if error.status == 404, case .digest(let digest) = reference { context.manifests.remove(.init(use.repository, digest)) }
            throw error
        }
        return response
    }
}

extension ManifestCache.Manifest {
    /// In bytes (https://github.com/distribution/distribution, `maxManifestBodySize`).
    static let sizeLimit = 4 << 20

    /// - Parameter type: the `Content-Type` of the response. Without it the manifest's own member `mediaType` applies
    ///   (https://github.com/opencontainers/image-spec/blob/main/manifest.md).
    init(type: String?, bytes: ByteBuffer) {
        let own = { (try? JSONDecoder().decode(TypedDocument.self, from: Data(bytes.readableBytesView)))?.mediaType }
        self.init(mediaType: [type ?? own()].compactMap(\.self).first(where: Self.isMediaType), bytes: bytes)
    }

    /// - Parameter ranges: the values of the client's `Accept` fields.
    func isAccepted(by ranges: [String]) -> Bool {
        guard let mediaType, !ranges.isEmpty else { return true }
        return ranges.contains(mediaType) || ranges.contains { Self.accepts(mediaType, $0) }
    }

    /// Whether a list of media ranges (https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1) has a type, or all of them.
    private static func accepts(_ type: String, _ ranges: String) -> Bool {
        ranges.utf8.split(separator: UInt8(ascii: ",")).contains { range in
            let name = range.prefix { $0 != UInt8(ascii: ";") }.filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
            return name.elementsEqual(type.utf8) || name.elementsEqual("*/*".utf8)
        }
    }

    static func isMediaType(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= mediaTypeLimit && text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
    }

    /// In bytes: twice 127, and a slash (https://www.rfc-editor.org/rfc/rfc6838#section-4.2).
    private static let mediaTypeLimit = 255

    private struct TypedDocument: Decodable {
        let mediaType: String?
    }
}
