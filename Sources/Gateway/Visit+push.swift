import Domain
import FoundationEssentials
import HTTPSupport
import HTTPTypes
import Hummingbird
import NIOCore
import Naming
import Operations
import RegistryClient

extension Visit {
    /// `POST …/blobs/uploads/`: begins an upload, sends a whole blob, or has the registry take one from another repository.
    func beginUpload() async throws -> Response {
        let query = call.target.query
        if let mount = query["mount"] {
            guard let digest = ContentDigest(parsing: mount) else {
                throw GatewayFault.digestInvalid("mount is no sha256 or sha512 digest")
            }
            if let from = query["from"], let answer = try await self.mount(digest, from: from) {
                return answer.status == 201 ? await created("blobs/\(digest)", answer) : try await uploading(answer)
            }
        }
        guard let text = query["digest"] else {
            return try await uploading(UpstreamRequest(.post, .resource("blobs/uploads/"), rights: .pullAndPush))
        }
        guard let digest = ContentDigest(parsing: text) else { throw GatewayFault.digestInvalid("digest is no sha256 or sha512 digest") }
        let request = UpstreamRequest(
            .post, .resource("blobs/uploads/?digest=\(digest)"), headers: pushHeaders, body: forwardBody(), rights: .pullAndPush)
        return try await uploading(request, of: digest)
    }

    /// - Returns: what the registry made of it, which is an upload where it does not do it; nil where it is not asked, or refuses.
    private func mount(_ digest: ContentDigest, from source: String) async throws -> UpstreamResponse? {
        guard let source = GatewayName(parsing: source), source.repository.authority == name.repository.authority,
            visitor.mayAsk(.pull, of: source),
            let found = try? await door.backend.checkUse(.pull, of: source.repository, in: source.namespace, by: visitor.caller),
            found.repository != nil
        else { return nil }
        let request = UpstreamRequest(
            .post, .resource("blobs/uploads/?mount=\(digest)&from=\(source.repository.path)"), rights: .pullAndPush)
        let answer = try await send(request)
        return [201, 202].contains(answer.status) ? answer : nil
    }

    /// `GET`, `PATCH`, `PUT` and `DELETE` of an upload that was begun here.
    func continueUpload(_ token: String) async throws -> Response {
        guard let target = UploadToken.target(of: token, in: repository, signer: door.uploads) else {
            throw GatewayFault(status: 404, code: "BLOB_UPLOAD_UNKNOWN", message: "There is no such upload: begin another one")
        }
        switch call.method {
        case .get: return try await uploading(UpstreamRequest(.get, .upload(target), rights: .pullAndPush))
        case .delete:
            let answer = try await ask(UpstreamRequest(.delete, .upload(target), rights: .pullAndPush))
            return Response(status: .init(code: answer.status))
        case .patch:
            return try await uploading(
                UpstreamRequest(.patch, .upload(target), headers: pushHeaders, body: forwardBody(), rights: .pullAndPush))
        default:
            guard let digest = call.target.query["digest"].flatMap({ ContentDigest(parsing: $0) }) else {
                throw GatewayFault.digestInvalid("digest is missing, or is no sha256 or sha512 digest")
            }
            return try await uploading(
                UpstreamRequest(
                    .put, .upload(target.adding(query: "digest=\(digest)")), headers: pushHeaders, body: forwardBody(),
                    rights: .pullAndPush),
                of: digest)
        }
    }

    func pushManifest(_ reference: ManifestReference) async throws -> Response {
        let length = min(call.headers[.contentLength].flatMap(Int.init) ?? GatewayDoor.manifestLimit, GatewayDoor.manifestLimit)
        let permit: FairLimiter.Permit? =
            if door.upstream.isCounted(manifestOf: length) {
                try await call.whileClientIsThere { [door, visitor] in
                    try await door.upstream.holdManifest(length, for: visitor.caller.requester)
                }
            } else { nil }
        defer { permit?.release() }
        let bytes = try await readManifest(isCounted: permit != nil)
        if case .digest(let digest) = reference, !digest.isDigest(of: bytes) {
            throw GatewayFault.digestInvalid("The manifest has another digest than it is pushed under")
        }
        let request = UpstreamRequest(
            .put, .resource("manifests/\(reference)"), headers: headers([.contentType]), body: .bytes(bytes), rights: .pullAndPush)
        door.counters.pushed(bytes.readableBytes)
        let answer = try await ask(request)
        guard answer.status == 201 else { throw GatewayFault.upstream("The registry answered \(answer.status) to a push of a manifest") }
        return await created("manifests/\(reference)", answer)
    }

    /// Limits the time for reading a manifest that is counted against the memory limit.
    private func readManifest(isCounted: Bool) async throws -> ByteBuffer {
        guard isCounted else { return try await call.readBuffer(upTo: GatewayDoor.manifestLimit) }
        do {
            return try await beforeDeadline(.now() + door.upstream.limits.manifest) { [call] in
                try await call.readBuffer(upTo: GatewayDoor.manifestLimit)
            }
        } catch TransportError.timedOut {
            throw GatewayFault(status: 408, code: "SIZE_INVALID", message: "The manifest did not arrive in time. Nothing was stored")
        }
    }

    /// On the registry itself. What was kept of a manifest goes with the next start: by its digest it is what it was.
    func delete(_ resource: String) async throws -> Response {
        let answer = try await ask(UpstreamRequest(.delete, .resource(resource), rights: .delete))
        await answer.discardBody()
        return Response(status: .init(code: answer.status))
    }

    private var pushHeaders: [(name: String, value: String)] { headers(HeaderPolicy.ofPushes) }

    /// The client's body, which is read when the registry takes it.
    private func forwardBody() -> UpstreamRequest.Body {
        let isChunked = call.headers[.transferEncoding] != nil
        let length = isChunked ? nil : call.headers[.contentLength].flatMap { Int64($0) } ?? 0
        return .forwarded(
            ForwardedBody(length: length) { [call, counters = door.counters] body in
                call.forwardBody { event in
                    switch event {
                    case .part(let part): if await body.write(part) { counters.pushed(part.readableBytes) }
                    case .end: body.finish()
                    case .failed(let error): body.fail(error)
                    }
                }
            })
    }

    /// - Parameter digest: of the blob that is there where it succeeds.
    private func uploading(_ request: UpstreamRequest, of digest: ContentDigest? = nil) async throws -> Response {
        let answer = try await ask(request)
        if answer.status == 201, let digest { return await created("blobs/\(digest)", answer) }
        return try await uploading(answer)
    }

    /// An upload that goes on.
    private func uploading(_ answer: UpstreamResponse) async throws -> Response {
        await answer.discardBody()
        guard [202, 204].contains(answer.status) else {
            throw GatewayFault.upstream("The registry answered \(answer.status) to an upload")
        }
        var headers = HTTPFields(HeaderPolicy.ofUploads, from: answer.head)
        if let location = answer.headers["location"] {
            guard let target = try await door.upstream.uploadTarget(location, of: upstreamRepository()) else {
                throw GatewayFault.upstream("The registry wants the upload to go on elsewhere, where nothing is sent")
            }
            let token = UploadToken.make(for: target, in: repository, signer: door.uploads)
            headers[.location] = path("blobs/uploads/\(token)")
        }
        return Response(status: .init(code: answer.status), headers: headers)
    }

    private func created(_ resource: String, _ answer: UpstreamResponse) async -> Response {
        await answer.discardBody()
        var headers = HTTPFields(HeaderPolicy.ofUploads, from: answer.head)
        headers[.location] = path(resource)
        return Response(status: .created, headers: headers)
    }
}
