import Domain
import FoundationEssentials
import HTTPTypes
import NIOCore
import Naming
import RegistryClient

/// A response as the registry client returned it.
struct Received: Sendable {
    let status: Int
    let contentLengths: [String]
    /// Name and value of each header field.
    let fields: [(String, String)]
    /// The number of body bytes that were read.
    var bodyLength = 0
    /// Whether the body was read to its end.
    var isWhole = false
}

/// Sends requests through the server's registry client. Only this file and `SentParts.swift` depend on the client's interface.
struct Caller: Sendable {
    private let transport: AsyncHTTPClientTransport
    private var upstream: UpstreamClient
    private let verifier: Verifier
    private let repository: UpstreamRepository

    /// The time limit for each step. A call consists of a few steps.
    static let limit = TimeAmount.seconds(1)
    private static let silence = TimeAmount.milliseconds(500)
    private static let bodyLimit = 8 << 20

    private static let usualNames: Set<String> = [
        "content-type", "docker-content-digest", "link", "location", "range", "retry-after", "transfer-encoding", "www-authenticate",
    ]

    static func transport(slots: Int) -> AsyncHTTPClientTransport {
        // Suspended logins must not end the test.
        let logins = LoginLimiter(perRegistry: 1_000_000, perAccount: 1_000_000)
        let limits = RegistryLimits(connections: 8192, wait: limit, logins: logins)
        return AsyncHTTPClientTransport(limits: limits, clients: slots * 4, silence: silence)
    }

    init(transport: AsyncHTTPClientTransport, authority: String) throws {
        let registry = Registry(
            authority: try RegistryAuthority(parsing: authority), isSSL: false, trust: RegistryTrust(isApproved: true, isPlainHTTP: true))
        self.transport = transport
        upstream = Self.upstream(transport)
        verifier = Verifier(transport: transport, timeLimit: Self.limit)
        repository = UpstreamRepository(
            name: try RepositoryName(parsing: "\(authority)/team/app"), registry: registry,
            reference: CredentialReference(id: UUID(), version: 1),
            credential: Credential(username: Secret("alice"), password: Secret("correct horse")), requester: .background)
    }

    /// A caller that remembers neither the registry's challenge nor a token.
    func renewed() -> Caller {
        var caller = self
        caller.upstream = Self.upstream(transport)
        return caller
    }

    /// Receives ``HostileRegistry/goodResponse``; throws if anything else happens.
    func receiveGoodResponse() async throws {
        let request = UpstreamRequest(.get, .resource("manifests/good"), rights: .pull)
        let response = try await upstream.send(request, to: repository)
        let body = try await response.body.collect(upTo: 100, within: Self.limit).map { String(buffer: $0) }
        try Property.expect(response.status == 200 && body == HostileRegistry.goodBody, "\(response.status), \(body ?? "too long")")
    }

    /// - Parameter names: further header fields to return.
    /// - Returns: nil if there was no response.
    func perform(_ call: Call, names: Set<String>) async -> Received? {
        guard call.reading == .cancel else { return await performOnce(call, names: names) }
        return await withTaskGroup(of: Received?.self) { group in
            group.addTask { await performOnce(call, names: names) }
            group.addTask {
                try? await Task.sleep(for: .milliseconds(3))
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }

    private func performOnce(_ call: Call, names: Set<String>) async -> Received? {
        switch call.kind {
        case .verify, .push:
            let depth: VerificationDepth = call.kind == .push ? .push : .pull
            let credential = Credential(username: Secret("alice"), password: Secret("correct horse"))
            _ = await verifier.verify(
                repository.name, with: credential, depth: depth, registry: repository.registry, for: .background, because: .request)
            return nil
        case .meet: return await send(call, through: Self.upstream(transport), names)
        case .get, .head, .post, .put, .patch, .delete, .follow: return await send(call, through: upstream, names)
        }
    }

    private func send(_ call: Call, through upstream: UpstreamClient, _ names: Set<String>) async -> Received? {
        guard let request = request(for: call), let response = try? await upstream.send(request, to: repository) else { return nil }
        _ = response.uploadLocation
        _ = try? response.nextPage(of: repository)
        if !request.followsForeignRedirects { _ = try? await upstream.redirectURL(of: response, from: repository) }
        let fields = response.unexaminedFields
        var received = Received(
            status: response.status, contentLengths: fields[values: .contentLength],
            fields: names.union(Self.usualNames).flatMap { name in
                (HTTPField.Name(name).map { fields[values: $0] } ?? []).map { (name, $0) }
            })
        let body = await read(response.body, call.reading, into: &received)
        if response.status >= 400 { _ = UpstreamErrorResponse(response, body: body, of: repository) }
        return received
    }

    private func read(_ body: UpstreamBody, _ reading: Call.Reading, into received: inout Received) async -> ByteBuffer {
        var whole = ByteBuffer()
        guard reading != .leave else { return whole }
        do {
            for try await part in body {
                received.bodyLength += part.readableBytes
                if whole.readableBytes < UpstreamResponse.errorBodyLimit { whole.writeImmutableBuffer(part) }
                if reading == .first || received.bodyLength > Self.bodyLimit { return whole }
                if reading == .slow { try await Task.sleep(for: .milliseconds(2)) }
            }
            received.isWhole = !Task.isCancelled
        } catch {}
        return whole
    }

    private func request(for call: Call) -> UpstreamRequest? {
        let upload = UpstreamLocation(stored: "/v2/team/app/blobs/uploads/1?state=x").map { UpstreamRequest.Target.location($0) }
        switch call.kind {
        case .head: return UpstreamRequest(.head, .resource("manifests/latest"), rights: .pull)
        case .post:
            return UpstreamRequest(.post, .resource("blobs/uploads/"), body: .bytes(SentParts.part(call.size)), rights: .pullAndPush)
        case .put:
            return UpstreamRequest(.put, .resource("manifests/latest"), body: .bytes(SentParts.part(call.size)), rights: .pullAndPush)
        case .delete: return UpstreamRequest(.delete, .resource("manifests/latest"), rights: .delete)
        case .patch:
            return upload.map { UpstreamRequest(.patch, $0, body: SentParts(of: call).body, rights: .pullAndPush) }
        case .get, .follow, .meet, .verify, .push:
            var request = UpstreamRequest(.get, .resource("blobs/latest"), rights: .pull)
            request.followsForeignRedirects = call.kind == .follow
            return request
        }
    }

    private static func upstream(_ transport: AsyncHTTPClientTransport) -> UpstreamClient {
        var limits = UpstreamLimits()
        limits.response = limit
        return UpstreamClient(transport: transport, limits: limits)
    }
}
