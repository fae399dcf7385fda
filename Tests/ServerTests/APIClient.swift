import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1
import TestSupport

/// Calls the API of a server as its administrator.
struct APIClient: Sendable {
    let url: String
    let authorization: String

    init(_ server: LightermanProcess) throws {
        let environment = try server.administratorEnvironment()
        let pair = "\(environment["DOCKERCLOUD_USER"] ?? ""):\(environment["DOCKERCLOUD_APIKEY"] ?? "")"
        url = server.url
        authorization = "Basic \(Data(pair.utf8).base64EncodedString())"
    }

    struct Answer: Sendable {
        let status: Int
        let headers: [(String, String)]
        let body: String

        var text: String { headers.map { "\($0): \($1)" }.joined(separator: "\n") + "\n\n" + body }
    }

    func call(_ method: String, _ path: String, _ body: String? = nil, timeout: TimeAmount = .seconds(30)) async throws -> Answer {
        var request = HTTPClientRequest(url: url + path)
        request.method = .init(rawValue: method)
        request.headers.add(name: "Authorization", value: authorization)
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(string: body))
        }
        let response = try await HTTPClient.shared.execute(request, timeout: timeout)
        let bytes = try await response.body.collect(upTo: 1 << 24)
        return Answer(
            status: Int(response.status.code), headers: response.headers.map { ($0.name, $0.value) }, body: String(buffer: bytes))
    }
}
