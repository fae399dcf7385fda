import Foundation
import TestSupport
import Testing

/// A server with repositories on a hostile registry, and requests for tests.
struct HostileRegistryScene: Sendable {
    let server: LightermanProcess
    let client: APIClient
    let port: Int

    static func run(_ arguments: [String] = [], _ body: (HostileRegistryScene) async throws -> Void) async throws {
        try await LightermanProcess.with(in: try TemporaryDirectory(), ["--log-level", "warning", "--allow", "127.0.0.0/8"] + arguments) {
            server in
            let port = try #require(server.url.split(separator: ":").last.flatMap { Int($0) })
            try await body(HostileRegistryScene(server: server, client: APIClient(server), port: port))
        }
    }

    /// Registers a repository without verification.
    func register(_ name: String, username: String? = nil, password: String? = nil, as client: APIClient? = nil) async throws {
        var members = [#""name": "\#(name)""#]
        if let username, let password { members += [#""username": "\#(username)""#, #""password": "\#(password)""#] }
        let body = "{\(members.joined(separator: ", "))}"
        let answer = try await (client ?? self.client).call("POST", "/api/repo/v1/repository/?verify=false", body)
        try #require(answer.status == 201, "\(answer.text)")
    }

    /// A path of the gateway.
    func path(_ authority: String, _ path: String, _ resource: String) -> String {
        "/v2/\(authority.replacing(":", with: "_"))/\(path)/\(resource)"
    }

    func request(
        _ method: String, _ target: String, _ fields: [(name: String, value: String)] = [], body: [UInt8]? = nil,
        as client: APIClient? = nil
    ) -> RawRequest {
        RawRequest(method, target, [(name: "Authorization", value: (client ?? self.client).authorization)] + fields, body: body)
    }

    func send(_ request: RawRequest) async throws -> RawResponse {
        try await RawConnection.exchange(request, port: port)
    }

    /// Expects that the server responds and is still the process that was started.
    func expectAlive() async throws {
        #expect(try await client.call("GET", "/readyz").status == 200, "\(server.log.suffix(2000))")
    }
}
