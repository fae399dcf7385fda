import Domain
import HTTPSupport
import HTTPTypes
import Hummingbird
import Naming
import Operations
import RegistryClient

// Pulling blobs.
extension RepositoryProxy {
    func pullBlob(_ digest: ContentDigest) async throws -> Response {
        var request = UpstreamRequest(
            call.method == .head ? .head : .get, .resource("blobs/\(digest)"), fields: fields(HeaderPolicy.ofPulls), rights: .pull)
        request.followsForeignRedirects = !context.options.forwardsBlobRedirects
        var response = try await blob(request)
        if !request.followsForeignRedirects, (300..<400).contains(response.status) {
            if let url = try await redirectURL(of: response) { return Response(status: .temporaryRedirect, headers: [.location: url]) }
            // The URL contains a secret, or the response is no redirect.
            request.followsForeignRedirects = true
            response = try await blob(request)
        }
        let part = requestedPart(of: response)
        guard [200, 203].contains(response.status) || part != nil else {
            guard response.status < 400 else { throw try await error(of: response) }
            response.body.release()
            throw GatewayError.unexpected(response, from: try await upstreamRepository())
        }
        var headers = response.fields(HeaderPolicy.ofContents)
        headers[.contentRange] = part?.description
        headers[.contentDigest] = part == nil ? digest.description : nil
        let verified = context.options.verifiesBlobs && part?.isWhole ?? true ? digest : nil
        return forward(
            response, status: part == nil ? .ok : .partialContent, headers: headers, length: part?.positions.count, verifying: verified,
            isContent: true)
    }

    /// The part that a response with 206 has; nil if it was not requested: it would be taken for another part or the whole blob, and its
    /// digest is not verified.
    private func requestedPart(of response: UpstreamResponse) -> ContentRange? {
        guard response.status == 206, let part = response.contentRange, response.length ?? part.positions.count == part.positions.count,
            let requested = call.headers[.range].flatMap({ RequestedRanges(parsing: $0) }), requested.contain(part)
        else { return nil }
        return part
    }

    /// A registry that does not support HEAD is sent a GET, whose body is not read.
    private func blob(_ request: UpstreamRequest) async throws -> UpstreamResponse {
        var request = request
        guard request.method == .head else { return try await send(request) }
        do {
            let response = try await send(request)
            guard response.status == 405 || response.status >= 500 || response.isRefusalElsewhere else { return response }
            await response.discardBody()
        } catch UpstreamError.unreachable {
            // The connection was closed, or the response was invalid.
        }
        request.method = .get
        return try await send(request)
    }

    private func redirectURL(of response: UpstreamResponse) async throws -> String? {
        let repository = try await upstreamRepository()
        await response.discardBody()
        return try await call.whileClientIsConnected(and: rights) { [context] in
            try await context.upstream.redirectURL(of: response, from: repository)
        }
    }
}

// Mounting blobs of other repositories (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#mounting-a-blob-from-another-repository).
extension RepositoryProxy {
    /// Requests the registry to mount a blob, if the caller may pull it and both repositories have the same login.
    ///
    /// - Returns: the response to a successful mount (201), or the upload that the registry started instead (202); nil for every other
    ///   result, after which the caller starts an upload.
    func mount(_ digest: ContentDigest, from source: String) async throws -> UpstreamResponse? {
        guard let source = GatewayName(parsing: source, on: call.target.query["ns"]),
            source.repository.authority == name.repository.authority, client.mayAsk(.pull, of: source),
            let found = try? await context.backend.checkUse(.pull, of: source.repository, in: source.namespace, by: client.caller)
                .repository,
            let target = try? await upstreamRepository(),
            let other = try? await context.backend.openUpstream(of: found, by: client.caller), other.hasSameLogin(as: target)
        else { return nil }
        let path = source.repository.path
        let request = UpstreamRequest(
            .post, .resource("blobs/uploads/?mount=\(digest)&from=\(path)"), rights: .pullAndPush, mountSource: path)
        do {
            let response = try await send(request)
            if response.status == 201 || response.status == 202 && response.uploadLocation != nil { return response }
            if response.status == 429 { throw try await error(of: response) }
            await response.discardBody()
        } catch let error as UpstreamError {
            // Mounting saves an upload, and its failure says nothing about the upload, unless it concerns every request.
            switch error {
            case .throttled, .limited: throw error
            // A realm may refuse a token for two repositories, but issue one for each.
            case .loginRefused(let refusal) where refusal.isOfLogin: throw error
            default: break
            }
        }
        return nil
    }
}
