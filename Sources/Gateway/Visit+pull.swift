import Domain
import HTTPSupport
import HTTPTypes
import Hummingbird
import NIOCore
import Naming
import RegistryClient

extension Visit {
    /// https://github.com/distribution/distribution, `maxManifestBodySize`
    static let manifestLimit = 4 << 20

    /// Manifests by digest never change, and are kept. What a tag stands for is asked each time, with a HEAD, which Docker Hub does not
    /// count as a pull (https://docs.docker.com/docker-hub/usage/pulls/).
    func pullManifest(_ reference: ManifestReference) async throws -> Response {
        if case .digest(let digest) = reference, let kept = kept(digest) { return response(kept, digest: digest) }
        if case .tag = reference, call.method == .get, let (digest, rates) = try await digest(of: reference), let kept = kept(digest) {
            return response(kept, digest: digest, rates)
        }
        let method: UpstreamRequest.Method = call.method == .head ? .head : .get
        let answer = try await ask(
            UpstreamRequest(method, .resource("manifests/\(reference)"), headers: headers(HeaderPolicy.ofPulls), rights: .pull))
        guard answer.status == 200 else { throw GatewayFault.upstream("The registry answered \(answer.status) to a pull of a manifest") }
        guard call.method != .head else { return passOn(answer, headers: HTTPFields(HeaderPolicy.ofContents, from: answer)) }
        guard let bytes = try await answer.body.collect(upTo: Self.manifestLimit) else {
            throw GatewayFault.upstream("The registry's manifest is larger than \(Self.manifestLimit) bytes")
        }
        let digest = try verifiedDigest(of: bytes, for: reference, named: answer.headers["docker-content-digest"])
        let manifest = ManifestCache.Manifest(
            mediaType: answer.headers["content-type"] ?? "application/vnd.oci.image.manifest.v1+json", bytes: bytes)
        door.manifests.keep(manifest, for: .init(repository: repository.id, digest: digest))
        return response(manifest, digest: digest, HTTPFields(HeaderPolicy.ofRates, from: answer))
    }

    /// - Returns: with the digest, what the registry says of how often it may be asked.
    private func digest(of reference: ManifestReference) async throws -> (ContentDigest, rates: HTTPFields)? {
        let request = UpstreamRequest(
            .head, .resource("manifests/\(reference)"), headers: headers(HeaderPolicy.ofPulls), rights: .pull)
        let answer = try await send(request)
        guard answer.status == 200 else { return nil }
        return answer.headers["docker-content-digest"].flatMap { ContentDigest(parsing: $0) }
            .map { ($0, HTTPFields(HeaderPolicy.ofRates, from: answer)) }
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

    private func verifiedDigest(of bytes: ByteBuffer, for reference: ManifestReference, named: String?) throws -> ContentDigest {
        var digest = named.flatMap { ContentDigest(parsing: $0) } ?? ContentDigest.sha256(of: bytes)
        if case .digest(let asked) = reference { digest = asked }
        guard let digest, digest.isDigest(of: bytes) else {
            throw GatewayFault.upstream("The registry answered with a manifest of another digest")
        }
        return digest
    }

    private func response(
        _ manifest: ManifestCache.Manifest, digest: ContentDigest, _ rates: HTTPFields = HTTPFields()
    ) -> Response {
        var headers = rates
        headers[.contentType] = manifest.mediaType
        headers[.contentDigest] = digest.description
        headers[.contentLength] = "\(manifest.bytes.readableBytes)"
        if call.method != .head { door.counters.pulled(manifest.bytes.readableBytes) }
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: manifest.bytes))
    }

    func pullBlob(_ digest: ContentDigest) async throws -> Response {
        let request = UpstreamRequest(
            call.method == .head ? .head : .get, .resource("blobs/\(digest)"), headers: headers(HeaderPolicy.ofPulls), rights: .pull)
        var answer = try await ask(request)
        if (300..<400).contains(answer.status) {
            if door.options.handsOutRedirects, let location = answer.headers["location"] {
                return Response(status: .temporaryRedirect, headers: [.location: location])
            }
            answer = try await door.upstream.follow(answer, to: request, of: upstreamRepository())
        }
        guard answer.status == 200 || answer.status == 206 else {
            guard answer.status < 400 else { throw try await fault(of: answer) }
            throw GatewayFault.upstream("The registry answered \(answer.status) to a pull of a blob")
        }
        var headers = HTTPFields(HeaderPolicy.ofContents, from: answer)
        headers[.contentDigest] = digest.description
        let verified = door.options.verifiesBlobs && answer.status == 200 ? digest : nil
        return passOn(answer, headers: headers, verifying: verified)
    }

    /// Tags and referrers, page by page as the registry has them; the way to the next page leads through here.
    func list(_ resource: String, _ parameters: [String]) async throws -> Response {
        let query = call.target.query.text(of: parameters)
        let request = UpstreamRequest(
            .get, .resource(resource + (query.isEmpty ? "" : "?\(query)")), headers: headers([.accept]), rights: .pull)
        let answer = try await ask(request)
        guard answer.status == 200 else { throw GatewayFault.upstream("The registry answered \(answer.status) to a list") }
        var headers = HTTPFields(HeaderPolicy.ofContents, from: answer)
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

extension HTTPField.Name {
    static let link = known("Link")
}
