import Domain
import HTTPSupport
import HTTPTypes
import Hummingbird
import NIOCore
import Naming
import Operations
import RegistryClient

extension Visit {
    /// Manifests by digest never change, and are kept. What a tag stands for is asked each time, with a HEAD, which Docker Hub does not
    /// count as a pull (https://docs.docker.com/docker-hub/usage/pulls/).
    func pullManifest(_ reference: ManifestReference) async throws -> Response {
        let arrival = ContinuousClock.now
        if case .digest(let digest) = reference, let kept = kept(digest) { return try await response(kept, digest: digest) }
        let request = ManifestRequest(
            repository: repository.id, credential: repository.credential, requester: visitor.caller.requester, reference: reference,
            accept: call.headers[values: .accept])
        guard call.method != .head else { return try await manifestHead(request) }
        var expected: ContentDigest?
        if case .tag = reference, let (digest, rates) = try await digest(request) {
            if let kept = kept(digest) { return try await response(kept, digest: digest, rates) }
            expected = digest
        }
        let upstream = try await upstreamRepository()
        let fetched = try await call.whileClientIsThere { [door, expected] in
            try await door.manifestFlights.value(for: request, since: arrival) {
                try await door.fetch(request, expecting: expected, from: upstream)
            }
        }
        return response(fetched.manifest, digest: fetched.digest, fetched.rates, holding: fetched.permit)
    }

    private func manifestHead(_ request: ManifestRequest) async throws -> Response {
        let head = try await head(request)
        guard head.status < 400 else { throw door.fault(of: head, nil, from: try await upstreamRepository()) }
        guard head.status == 200 else { throw GatewayFault.upstream("The registry answered \(head.status) to a pull of a manifest") }
        var headers = HTTPFields(HeaderPolicy.ofContents, from: head)
        if let length = head.headers["content-length"].flatMap(Int.init) { headers[.contentLength] = "\(length)" }
        return Response(status: .ok, headers: headers)
    }

    /// - Returns: with the digest, what the registry says of how often it may be asked; nil where it does not answer with a digest.
    private func digest(_ request: ManifestRequest) async throws -> (ContentDigest, rates: HTTPFields)? {
        let head = try await head(request)
        guard head.status == 200 else { return nil }
        return head.headers["docker-content-digest"].flatMap { ContentDigest(parsing: $0) }
            .map { ($0, HTTPFields(HeaderPolicy.ofRates, from: head)) }
    }

    private func head(_ request: ManifestRequest) async throws -> UpstreamHead {
        let upstream = try await upstreamRepository()
        return try await call.whileClientIsThere { [door] in
            try await door.headFlights.value(for: request) {
                let response = try await door.upstream.send(request.upstream(.head), of: upstream)
                response.body.release()
                return response.head
            }
        }
    }

    /// A manifest that is kept, if it is of a type that the client takes: registries answer the same reference with several.
    private func kept(_ digest: ContentDigest) -> ManifestCache.Manifest? {
        guard let manifest = door.manifests[.init(repository: repository.id, digest: digest)] else { return nil }
        let accepted = call.headers[values: .accept]
        return accepted.isEmpty || accepted.contains(where: { Self.accepts(manifest.mediaType, $0) }) ? manifest : nil
    }

    /// Whether a list of media ranges (https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1) has a type, or all of them.
    private static func accepts(_ type: String, _ ranges: String) -> Bool {
        ranges.utf8.split(separator: UInt8(ascii: ",")).contains { range in
            let name = range.prefix { $0 != UInt8(ascii: ";") }.filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
            return name.elementsEqual(type.utf8) || name.elementsEqual("*/*".utf8)
        }
    }

    /// Responds with a cached manifest. A large one counts against the memory limit until it is sent.
    private func response(
        _ manifest: ManifestCache.Manifest, digest: ContentDigest, _ rates: HTTPFields = HTTPFields()
    ) async throws -> Response {
        guard call.method != .head else { return response(manifest, digest: digest, rates, holding: nil) }
        let size = manifest.bytes.readableBytes
        let permit: FairLimiter.Permit? =
            if door.upstream.isCounted(manifestOf: size) {
                try await call.whileClientIsThere { [door, visitor] in
                    try await door.upstream.holdManifest(size, for: visitor.caller.requester)
                }
            } else { nil }
        return response(manifest, digest: digest, rates, holding: permit)
    }

    private func response(
        _ manifest: ManifestCache.Manifest, digest: ContentDigest, _ rates: HTTPFields, holding permit: FairLimiter.Permit?
    ) -> Response {
        var headers = rates
        headers[.contentType] = manifest.mediaType
        headers[.contentDigest] = digest.description
        headers[.contentLength] = "\(manifest.bytes.readableBytes)"
        if call.method != .head { door.counters.pulled(manifest.bytes.readableBytes) }
        guard let permit else { return Response(status: .ok, headers: headers, body: .init(byteBuffer: manifest.bytes)) }
        let body = ResponseBody(contentLength: manifest.bytes.readableBytes) { writer in
            try await writer.write(manifest.bytes)
            try await writer.finish(nil)
            // The client has the bytes; until here they are in memory for it.
            withExtendedLifetime(permit) {}
        }
        return Response(status: .ok, headers: headers, body: body)
    }

    func pullBlob(_ digest: ContentDigest) async throws -> Response {
        let request = UpstreamRequest(
            call.method == .head ? .head : .get, .resource("blobs/\(digest)"), headers: headers(HeaderPolicy.ofPulls), rights: .pull)
        var answer = try await ask(request)
        if (300..<400).contains(answer.status) {
            if door.options.handsOutRedirects, let location = answer.headers["location"] {
                return Response(status: .temporaryRedirect, headers: [.location: location])
            }
            answer = try await follow(answer, to: request)
        }
        guard answer.status == 200 || answer.status == 206 else {
            guard answer.status < 400 else { throw try await fault(of: answer) }
            throw GatewayFault.upstream("The registry answered \(answer.status) to a pull of a blob")
        }
        var headers = HTTPFields(HeaderPolicy.ofContents, from: answer.head)
        headers[.contentDigest] = digest.description
        let verified = door.options.verifiesBlobs && answer.status == 200 ? digest : nil
        return passOn(answer, headers: headers, verifying: verified)
    }

    private func follow(_ redirect: UpstreamResponse, to request: UpstreamRequest) async throws -> UpstreamResponse {
        let repository = try await upstreamRepository()
        return try await call.whileClientIsThere { [door] in try await door.upstream.follow(redirect, to: request, of: repository) }
    }

    /// Tags and referrers, page by page as the registry has them; the way to the next page leads through here.
    func list(_ resource: String, _ parameters: [String]) async throws -> Response {
        let query = call.target.query.text(of: parameters)
        let request = UpstreamRequest(
            .get, .resource(resource + (query.isEmpty ? "" : "?\(query)")), headers: headers([.accept]), rights: .pull)
        let answer = try await ask(request)
        guard answer.status == 200 else { throw GatewayFault.upstream("The registry answered \(answer.status) to a list") }
        var headers = HTTPFields(HeaderPolicy.ofContents, from: answer.head)
        if let next = answer.headers["link"].flatMap(Self.nextQuery) { headers[.link] = "<\(path(resource))?\(next)>; rel=\"next\"" }
        return passOn(answer, headers: headers)
    }

    /// The query of `<URL?query>; rel="next"` (https://www.rfc-editor.org/rfc/rfc8288#section-3).
    private static func nextQuery(_ link: String) -> String? {
        guard link.contains("rel=\"next\"") || link.contains("rel=next"), let start = link.firstIndex(of: "<"),
            let end = link.firstIndex(of: ">"), start < end, let mark = link[start..<end].firstIndex(of: "?")
        else { return nil }
        let query = link[link.index(after: mark)..<end]
        return query.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") } ? String(query) : nil
    }
}

extension GatewayDoor {
    /// https://github.com/distribution/distribution, `maxManifestBodySize`
    static let manifestLimit = 4 << 20
    /// In bytes: twice 127, and a slash (https://www.rfc-editor.org/rfc/rfc6838#section-4.2).
    private static let mediaTypeLimit = 255

    /// Fetches a manifest from its registry, verifies it and keeps it.
    ///
    /// - Parameter expected: the digest that the tag stands for, as far as that is known. Another request may have fetched it meanwhile.
    func fetch(
        _ request: ManifestRequest, expecting expected: ContentDigest?, from repository: UpstreamRepository
    ) async throws -> FetchedManifest {
        if let expected, let manifest = manifests[.init(repository: request.repository, digest: expected)] {
            let permit = try await upstream.holdManifest(manifest.bytes.readableBytes, for: repository.requester)
            return FetchedManifest(manifest: manifest, digest: expected, rates: HTTPFields(), permit: permit)
        }
        var response = try await upstream.send(request.upstream(.get), of: repository)
        defer { response.body.release() }
        guard response.status < 400 else { throw await fault(of: response, from: repository) }
        guard response.status == 200 else {
            throw GatewayFault.upstream("The registry answered \(response.status) to a pull of a manifest")
        }
        let length = response.headers["content-length"].flatMap(Int.init) ?? Self.manifestLimit
        let size = min(length, Self.manifestLimit)
        var permit = upstream.holdManifestNow(size, for: repository.requester)
        if permit == nil, upstream.isCounted(manifestOf: size) {
            // Others hold memory and wait for a connection: the connection is released before this waits for memory.
            response.body.release()
            permit = try await upstream.holdManifest(size, for: repository.requester)
            response = try await upstream.send(request.upstream(.get), of: repository)
            guard response.status == 200 else { throw await fault(of: response, from: repository) }
        }
        guard let bytes = try await response.body.collect(upTo: Self.manifestLimit, within: upstream.limits.manifest) else {
            throw GatewayFault.upstream("The registry's manifest is larger than \(Self.manifestLimit) bytes")
        }
        permit?.shrink(to: upstream.isCounted(manifestOf: bytes.readableBytes) ? bytes.readableBytes : 0)
        let digest = try Self.verifiedDigest(of: bytes, for: request.reference, named: response.headers["docker-content-digest"])
        let manifest = ManifestCache.Manifest(
            mediaType: response.headers["content-type"].flatMap { $0.utf8.count <= Self.mediaTypeLimit ? $0 : nil }
                ?? "application/vnd.oci.image.manifest.v1+json", bytes: bytes)
        manifests.keep(manifest, for: .init(repository: request.repository, digest: digest))
        return FetchedManifest(
            manifest: manifest, digest: digest, rates: HTTPFields(HeaderPolicy.ofRates, from: response.head), permit: permit)
    }

    private static func verifiedDigest(of bytes: ByteBuffer, for reference: ManifestReference, named: String?) throws -> ContentDigest {
        var digest = named.flatMap { ContentDigest(parsing: $0) } ?? ContentDigest.sha256(of: bytes)
        if case .digest(let asked) = reference { digest = asked }
        guard let digest, digest.isDigest(of: bytes) else {
            throw GatewayFault.upstream("The registry answered with a manifest of another digest")
        }
        return digest
    }
}

extension ManifestRequest {
    fileprivate func upstream(_ method: UpstreamRequest.Method) -> UpstreamRequest {
        UpstreamRequest(method, .resource("manifests/\(reference)"), headers: accept.map { ("Accept", $0) }, rights: .pull)
    }
}

extension HTTPField.Name {
    static let link = known("Link")
}
