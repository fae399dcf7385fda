import Domain
import HTTPSupport
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Naming
import Operations
import RegistryClient

// Pulling manifests.
extension RepositoryProxy {
    /// Serves manifests by digest from the cache. Tags are resolved at the registry on every request, with a HEAD, which Docker Hub does not
    /// count as a pull (https://docs.docker.com/docker-hub/usage/pulls/).
    func pullManifest(_ reference: ManifestReference) async throws -> Response {
        let arrival = ContinuousClock.now
        if case .digest(let digest) = reference, context.access.isKnown(accessKey), let stored = stored(digest) {
            checkAccess(digest)
            if call.method == .get { await noteContent() }
            return try await response(stored, digest: digest)
        }
        let request = ManifestRequest(
            repository: repository.id, credential: repository.credential, requester: client.caller.requester, reference: reference,
            accept: call.headers[values: .accept])
        guard call.method != .head else { return try await manifestHead(request, since: arrival) }
        var expected: ContentDigest?
        if case .tag = reference, let (digest, head) = try await resolveTag(request) {
            if let stored = stored(digest, type: head[.contentType]) {
                await noteContent()
                return try await response(stored, digest: digest, head.fields(HeaderPolicy.ofManifests))
            }
            expected = digest
        }
        let fetched = try await fetch(request, expecting: expected, since: arrival)
        await noteContent()
        return response(fetched.manifest, digest: fetched.digest, fetched.rates, encoding: fetched.encoding, holding: fetched.permit)
    }

    private func fetch(
        _ request: ManifestRequest, expecting expected: ContentDigest?, since arrival: ContinuousClock.Instant
    ) async throws -> FetchedManifest {
        let upstream = try await upstreamRepository()
        return try await call.whileClientIsConnected(and: rights) { [context, repositoryUse] in
            try await context.manifestFlights.value(for: request, since: arrival) {
                try await context.fetch(request, expecting: expected, from: upstream, as: repositoryUse)
            }
        }
    }

    /// Responds to HEAD. Sends a GET if the registry's response to HEAD is inconclusive.
    private func manifestHead(_ request: ManifestRequest, since arrival: ContinuousClock.Instant) async throws -> Response {
        guard let head = try await head(request) else {
            let fetched = try await fetch(request, expecting: nil, since: arrival)
            return response(fetched.manifest, digest: fetched.digest, fetched.rates, encoding: fetched.encoding, holding: nil)
        }
        guard head.status < 400 else { throw context.error(of: head, nil, from: try await upstreamRepository()) }
        var headers = head.fields(HeaderPolicy.ofContents)
        if let length = head.length { headers[.contentLength] = "\(length)" }
        return Response(status: .ok, headers: headers, body: .ofHead(length: head.length))
    }

    /// - Returns: the digest of a tag with the response that named it; nil if the response to HEAD is inconclusive.
    private func resolveTag(_ request: ManifestRequest) async throws -> (ContentDigest, UpstreamResponse)? {
        guard let head = try await head(request), head.status < 300 else { return nil }
        return head[.contentDigest].flatMap { ContentDigest(parsing: $0) }.map { ($0, head) }
    }

    /// - Returns: the response to HEAD; nil if the registry does not respond to it, or does not support it. A request beyond its rate limit is
    ///   not repeated with GET.
    private func head(_ request: ManifestRequest) async throws -> UpstreamResponse? {
        let upstream = try await upstreamRepository()
        let response: UpstreamResponse
        do {
            response = try await call.whileClientIsConnected(and: rights) { [context, repositoryUse] in
                try await context.headFlights.value(for: request) {
                    let response = try await context.send(request.upstream(.head), to: upstream, as: repositoryUse)
                    response.body.release()
                    return response
                }
            }
        } catch UpstreamError.unreachable {
            return nil
        }
        // A signed URL may be valid for GET only.
        guard !response.isRefusalElsewhere else { return nil }
        guard response.status != 429 else { throw context.error(of: response, nil, from: upstream) }
        return Self.isConclusive(response.status) ? response : nil
    }
}

// Serving cached manifests.
extension RepositoryProxy {
    /// A cached manifest, if the client accepts its type.
    ///
    /// - Parameter type: the type in the registry's last response, which replaces the cached one.
    private func stored(_ digest: ContentDigest, type: String? = nil) -> ManifestCache.Manifest? {
        let key = ManifestCache.Key(repository, digest)
        guard var manifest = context.manifests[key] else { return nil }
        if let type, type != manifest.mediaType, ManifestCache.Manifest.isMediaType(type) {
            manifest.mediaType = type
            context.manifests.store(manifest, for: key)
        }
        return manifest.isAccepted(by: call.headers[values: .accept]) ? manifest : nil
    }

    /// Checks in the background whether the registry still allows the credential to read, if the last check is not recent. Otherwise the
    /// cached manifest is removed.
    private func checkAccess(_ digest: ContentDigest) {
        guard context.access.beginCheck(accessKey) else { return }
        Task { [context, self] in
            do {
                let status = try await access(to: digest)
                if status == 404 { context.manifests.remove(.init(repository, digest)) }
            } catch UpstreamError.loginRefused, UpstreamError.denied {
                // The manifests have been removed.
            } catch {
                call.logger.notice("access to a cached manifest was not checked", metadata: ["error": "\(error)"])
            }
        }
    }

    private var accessKey: RegistryAccess.Key { .init(repository: repository.id, credential: repository.credential) }

    /// The status of a HEAD for a manifest, or of a GET if the registry does not support HEAD.
    private func access(to digest: ContentDigest) async throws -> Int {
        var request = UpstreamRequest(.head, .resource("manifests/\(digest)"), rights: .pull)
        let repository = try await upstreamRepository()
        do {
            let response = try await context.send(request, to: repository, as: repositoryUse)
            response.body.release()
            if Self.isConclusive(response.status) || response.status == 429 { return response.status }
        } catch UpstreamError.unreachable {
            // The connection was closed, or the response was invalid.
        }
        request.method = .get
        let response = try await context.send(request, to: repository, as: repositoryUse)
        response.body.release()
        return response.status
    }

    /// Whether a GET would have the same result as this response to HEAD.
    private static func isConclusive(_ status: Int) -> Bool { [200, 203, 401, 403, 404].contains(status) }

    /// Responds with a cached manifest. A large one counts against the memory limit until it is sent.
    private func response(
        _ manifest: ManifestCache.Manifest, digest: ContentDigest, _ rates: HTTPFields = HTTPFields()
    ) async throws -> Response {
        guard call.method != .head else { return response(manifest, digest: digest, rates, holding: nil) }
        let size = manifest.bytes.readableBytes
        let permit: FairLimiter.Permit? =
            if context.upstream.isCounted(manifestOf: size) {
                try await call.whileClientIsConnected(and: rights) { [context, client] in
                    try await context.upstream.holdManifest(size, for: client.caller.requester)
                }
            } else { nil }
        return response(manifest, digest: digest, rates, holding: permit)
    }

    private func response(
        _ manifest: ManifestCache.Manifest, digest: ContentDigest, _ rates: HTTPFields, encoding: String? = nil,
        holding permit: FairLimiter.Permit?
    ) -> Response {
        var headers = rates
        headers[.contentType] = manifest.mediaType
        headers[.contentEncoding] = encoding
        headers[.contentDigest] = digest.description
        headers[.contentLength] = "\(manifest.bytes.readableBytes)"
        let length = manifest.bytes.readableBytes
        guard call.method != .head else { return Response(status: .ok, headers: headers, body: .ofHead(length: length)) }
        context.counters.pulled(length)
        // A small manifest fits into the buffers of the connection, whether the client reads it or not.
        guard context.upstream.isCounted(manifestOf: length) else {
            return Response(status: .ok, headers: headers, body: .init(byteBuffer: manifest.bytes))
        }
        let body = streaming(length) { writer in
            try await writer.write(manifest.bytes)
            try await writer.finish()
            // The client has received the bytes, which were in memory until now.
            withExtendedLifetime(permit) {}
        }
        return Response(status: .ok, headers: headers, body: body)
    }
}
