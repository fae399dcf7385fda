import Domain
import FoundationEssentials
import HTTPSupport
import HTTPTypes
import Hummingbird
import NIOCore
import Naming
import Operations
import RegistryClient

// Uploading blobs.
extension RepositoryProxy {
    /// `POST …/blobs/uploads/`: starts an upload, stores a whole blob, or mounts a blob of another repository.
    func startUpload() async throws -> Response {
        let query = call.target.query
        if let mount = query["mount"] {
            guard let digest = ContentDigest(parsing: mount) else {
                throw GatewayError.digestInvalid("mount is not a valid sha256 or sha512 digest")
            }
            if let from = query["from"], let response = try await self.mount(digest, from: from) {
                return response.status == 201 ? await created(digest, response) : try await uploading(response)
            }
        }
        guard let text = query["digest"] else { return try await uploading(try await request(uploadStart)) }
        guard let digest = ContentDigest(parsing: text) else {
            throw GatewayError.digestInvalid("digest is not a valid sha256 or sha512 digest")
        }
        return try await uploadWhole(digest)
    }

    private var uploadStart: UpstreamRequest {
        let query = call.target.query.text(of: ["digest-algorithm"])
        return UpstreamRequest(.post, .resource("blobs/uploads/" + (query.isEmpty ? "" : "?\(query)")), rights: .pullAndPush)
    }

    /// Stores a whole blob with POST and PUT, which every registry supports
    /// (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#post-then-put). The second request contains the body, because
    /// registries often refuse the first one with a challenge.
    private func uploadWhole(_ digest: ContentDigest) async throws -> Response {
        let started = try await request(uploadStart)
        await started.discardBody()
        return try await complete(try await location(of: started), digest)
    }

    private func complete(_ location: UpstreamLocation, _ digest: ContentDigest) async throws -> Response {
        let response = try await request(
            UpstreamRequest(
                .put, .location(location.adding(query: "digest=\(digest)")), fields: fields(HeaderPolicy.ofPushes), body: forwardedBody(),
                rights: .pullAndPush))
        guard (200..<300).contains(response.status) else { throw try await unexpected(response) }
        return await created(digest, response)
    }

    /// `GET …/blobs/uploads/<token>`
    func uploadStatus(_ token: String) async throws -> Response {
        let request = UpstreamRequest(.get, .location(try uploadLocation(token)), rights: .pullAndPush)
        return try await uploading(try await uploadRequest(request), status: .noContent)
    }

    /// `PATCH …/blobs/uploads/<token>`
    func appendToUpload(_ token: String) async throws -> Response {
        let location = try uploadLocation(token)
        let request = UpstreamRequest(
            .patch, .location(location), fields: fields(HeaderPolicy.ofPushes), body: forwardedBody(), rights: .pullAndPush)
        return try await uploading(try await uploadRequest(request), at: location)
    }

    /// `PUT …/blobs/uploads/<token>?digest=<digest>`
    func finishUpload(_ token: String) async throws -> Response {
        let location = try uploadLocation(token)
        guard let digest = call.target.query["digest"].flatMap({ ContentDigest(parsing: $0) }) else {
            throw GatewayError.digestInvalid("digest is missing, or is not a valid sha256 or sha512 digest")
        }
        return try await complete(location, digest)
    }

    /// `DELETE …/blobs/uploads/<token>`
    func cancelUpload(_ token: String) async throws -> Response {
        let response = try await request(UpstreamRequest(.delete, .location(try uploadLocation(token)), rights: .pullAndPush))
        await response.discardBody()
        return Response(status: .noContent)
    }

    private func uploadLocation(_ token: String) throws -> UpstreamLocation {
        guard let location = locationToken().location(of: token) else {
            throw GatewayError(status: 404, code: "BLOB_UPLOAD_UNKNOWN", message: "There is no such upload. Start another one.")
        }
        return location
    }

    /// The body of the client's request, which is read while the registry receives it. A request without one can be repeated.
    private func forwardedBody() -> UpstreamRequest.Body {
        let isChunked = call.headers[.transferEncoding] != nil
        let length = isChunked ? nil : call.headers[.contentLength].flatMap { Int64($0) } ?? 0
        if length == 0 { return .none }
        return .forwarded(
            ForwardedBody(length: length) { [call, counters = context.counters] body in
                call.forwardBody { event in
                    switch event {
                    case .part(let part): if await body.write(part) { counters.pushed(part.readableBytes) }
                    case .end: body.finish()
                    case .failed(let error): body.fail(error)
                    }
                }
            })
    }

    /// Sends a request for an upload. A 416 reports the state of the upload to the client.
    private func uploadRequest(_ request: UpstreamRequest) async throws -> UpstreamResponse {
        let response = try await send(request)
        guard response.status >= 400 else { return response }
        var error = try await error(of: response)
        if response.status == 416 {
            error.headers[.range] = response[.range]
            if let location = response.uploadLocation { error.headers[.location] = try uploadPath(location) }
        }
        throw error
    }

    /// Responds with the state of an upload.
    ///
    /// - Parameter place: where the upload continues if the response names no location, as for clients that read a missing `Location` as an
    ///   empty one; nil if it must name one.
    private func uploading(
        _ response: UpstreamResponse, status: HTTPResponse.Status = .accepted, at place: UpstreamLocation? = nil
    ) async throws -> Response {
        await response.discardBody()
        guard (200..<300).contains(response.status) else { throw try await unexpected(response) }
        var headers = response.fields(HeaderPolicy.ofUploads)
        // The response to GET may omit it: the client knows the location already.
        if call.method != .get || response.hasLocation {
            if let place, !response.hasLocation {
                headers[.location] = try uploadPath(place)
            } else {
                headers[.location] = try uploadPath(try await location(of: response))
            }
        }
        return Response(status: status, headers: headers)
    }

    private func location(of response: UpstreamResponse) async throws -> UpstreamLocation {
        guard (200..<300).contains(response.status) else { throw try await unexpected(response) }
        guard let location = response.uploadLocation else {
            throw GatewayError.upstream("The registry's response has no Location of an upload, or one that is not on the registry itself")
        }
        return location
    }

    private func uploadPath(_ location: UpstreamLocation) throws -> String {
        guard let token = locationToken().text(for: location) else {
            throw GatewayError.upstream("The registry's response has the Location of an upload to another repository")
        }
        return path("blobs/uploads/\(token)")
    }

    private func unexpected(_ response: UpstreamResponse) async throws -> GatewayError {
        .unexpected(response, from: try await upstreamRepository())
    }

    private func created(_ digest: ContentDigest, _ response: UpstreamResponse) async -> Response {
        record.succeedStoringBlob()
        var created = await created("blobs/\(digest)", response)
        if created.headers[.contentDigest] == nil { created.headers[.contentDigest] = digest.description }
        return created
    }

    private func created(_ resource: String, _ response: UpstreamResponse) async -> Response {
        await response.discardBody()
        var headers = response.fields(HeaderPolicy.ofUploads)
        headers[.location] = path(resource)
        return Response(status: .created, headers: headers)
    }
}

// Pushing manifests, and deleting.
extension RepositoryProxy {
    func pushManifest(_ reference: ManifestReference) async throws -> Response {
        let length = min(
            call.headers[.contentLength].flatMap(Int.init) ?? ManifestCache.Manifest.sizeLimit, ManifestCache.Manifest.sizeLimit)
        let permit: FairLimiter.Permit? =
            if context.upstream.isCounted(manifestOf: length) {
                try await call.whileClientIsConnected(and: rights) { [context, client] in
                    try await context.upstream.holdManifest(length, for: client.caller.requester)
                }
            } else { nil }
        defer { permit?.release() }
        let bytes = try await readManifest(isCounted: permit != nil)
        try await checkRights()
        if case .digest(let digest) = reference, !digest.isDigest(of: bytes) {
            throw GatewayError.digestInvalid("The digest of the manifest differs from the one in the path. Nothing was stored.")
        }
        let query = call.target.query.text(of: ["digest-algorithm", "tag"])
        let request = UpstreamRequest(
            .put, .resource("manifests/\(reference)" + (query.isEmpty ? "" : "?\(query)")), fields: fields([.contentType]),
            body: .bytes(bytes), rights: .pullAndPush)
        context.counters.pushed(bytes.readableBytes)
        let response = try await self.request(request)
        guard (200..<300).contains(response.status) else { throw try await unexpected(response) }
        await noteContent()
        record.succeed(storing: self.reference)
        var created = await created("manifests/\(reference)", response)
        if created.headers[.contentDigest] == nil { created.headers[.contentDigest] = Self.digest(of: bytes, reference) }
        return created
    }

    private static func digest(of bytes: ByteBuffer, _ reference: ManifestReference) -> String? {
        if case .digest(let digest) = reference { return digest.description }
        return ContentDigest.sha256(of: bytes)?.description
    }

    /// Reads the manifest while the client may push. Limits the time for one that is counted against the memory limit.
    private func readManifest(isCounted: Bool) async throws -> ByteBuffer {
        let read = { @Sendable [call] in try await call.readBuffer(upTo: ManifestCache.Manifest.sizeLimit) }
        let deadline = NIODeadline.now() + context.upstream.limits.manifest
        do {
            return try await call.whileClientIsConnected(and: rights) {
                try await isCounted ? beforeDeadline(deadline, read) : read()
            }
        } catch TransportError.timedOut {
            throw GatewayError(
                status: 408, code: "SIZE_INVALID", message: "The manifest did not arrive in time. Nothing was stored. Try again.")
        }
    }

    func deleteManifest(_ reference: ManifestReference) async throws -> Response {
        do {
            let response = try await delete("manifests/\(reference)")
            removeStored(reference)
            return response
        } catch {
            // Without a response, the registry may have deleted it nevertheless.
            let status = (error as? GatewayError)?.status
            if status == nil || status == 404 || transmission.isOutcomeUnknown { removeStored(reference) }
            throw error
        }
    }

    private func removeStored(_ reference: ManifestReference) {
        guard case .digest(let digest) = reference else { return }
        context.manifests.remove(digest, of: repository.name)
    }

    func delete(_ resource: String) async throws -> Response {
        let response = try await request(UpstreamRequest(.delete, .resource(resource), rights: .delete))
        await response.discardBody()
        guard (200..<300).contains(response.status) else { throw try await unexpected(response) }
        return Response(status: .accepted)
    }
}
