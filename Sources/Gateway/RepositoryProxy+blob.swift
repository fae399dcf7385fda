import Domain
import HTTPSupport
import HTTPTypes
import Hummingbird
import Naming
import RegistryClient

// Pulling blobs.
extension RepositoryProxy {
    func pullBlob(_ digest: ContentDigest) async throws -> Response {
        let request = UpstreamRequest(
            call.method == .head ? .head : .get, .resource("blobs/\(digest)"), fields: fields(HeaderPolicy.ofPulls), rights: .pull)
        let response = try await blob(request)
        if let url = try await redirectURL(of: response) { return Response(status: .temporaryRedirect, headers: [.location: url]) }
        let isPart = response.status == 206
        // A part that was not requested would be taken for the whole blob, and its digest is not verified.
        guard [200, 203].contains(response.status) || isPart && call.headers[.range] != nil else {
            guard response.status < 400 else { throw try await error(of: response) }
            response.body.release()
            throw GatewayError.upstream("The registry responded with \(response.status) to a request for a blob")
        }
        var headers = HTTPFields(HeaderPolicy.ofContents, from: response)
        headers[.contentDigest] = isPart ? nil : digest.description
        let verified = handler.options.verifiesBlobs && !isPart ? digest : nil
        return passOn(response, status: isPart ? .partialContent : .ok, headers: headers, verifying: verified, isContent: true)
    }

    /// A registry that does not support HEAD is sent a GET, whose body is not read.
    private func blob(_ request: UpstreamRequest) async throws -> UpstreamResponse {
        var request = request
        request.followsForeignRedirects = !handler.options.handsOutRedirects
        guard request.method == .head else { return try await send(request) }
        do {
            let response = try await send(request)
            guard response.status == 405 || response.status >= 500 || response.isRefusalElsewhere else { return response }
            await response.discardBody()
        } catch UpstreamError.unreachable {
            // The connection was closed, or the response was none.
        }
        request.method = .get
        return try await send(request)
    }

    private func redirectURL(of response: UpstreamResponse) async throws -> String? {
        guard handler.options.handsOutRedirects, (300..<400).contains(response.status) else { return nil }
        let repository = try await upstreamRepository()
        await response.discardBody()
        return try await call.whileClientIsThere { [handler] in try await handler.upstream.redirectURL(of: response, from: repository) }
    }
}
