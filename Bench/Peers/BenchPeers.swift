import AsyncHTTPClient
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1

/// The minimum that the server's HTTP libraries need for a response. The gateway's overhead is measured against it.
///
///     bench-peers respond PORT MANIFEST TYPE     responds to every request with that manifest
///     bench-peers forward PORT REGISTRY SECRET   forwards every request to a registry, with that Authorization
@main
struct BenchPeers {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard arguments.count == 4, let port = Int(arguments[2]) else {
            throw Usage(description: "usage: bench-peers respond PORT MANIFEST TYPE | forward PORT REGISTRY SECRET")
        }
        switch arguments[1] {
        case "respond": try await serve(on: port, Fixed(manifest: arguments[3], type: arguments[4]))
        default: try await serve(on: port, Forwarder(registry: arguments[3], secret: arguments[4]))
        }
    }

    private static func serve(on port: Int, _ responder: some HTTPResponder<BasicRequestContext>) async throws {
        try await Application(responder: responder, configuration: .init(address: .hostname("127.0.0.1", port: port))).runService()
    }

    struct Usage: Error, CustomStringConvertible {
        let description: String
    }
}

/// Responds with the same bytes, as the gateway does with a cached manifest.
struct Fixed: HTTPResponder {
    let headers: HTTPFields
    let body: ByteBuffer

    init(manifest: String, type: String) {
        headers = [.contentType: type]
        body = ByteBuffer(string: manifest)
    }

    func respond(to request: Request, context: BasicRequestContext) -> Response {
        Response(status: .ok, headers: headers, body: .init(byteBuffer: body))
    }
}

/// Forwards requests without a body, and streams the responses.
struct Forwarder: HTTPResponder {
    let registry: String
    let secret: String

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        var upstream = HTTPClientRequest(url: "http://\(registry)\(request.uri.path)")
        upstream.method = HTTPMethod(rawValue: request.method.rawValue)
        upstream.headers = ["Authorization": secret]
        for value in request.headers[values: .accept] { upstream.headers.add(name: "Accept", value: value) }
        let response = try await HTTPClient.shared.execute(upstream, timeout: .seconds(60))
        var headers = HTTPFields()
        for (name, value) in response.headers {
            if let name = HTTPField.Name(name), name != .connection { headers.append(HTTPField(name: name, value: value)) }
        }
        return Response(
            status: .init(code: Int(response.status.code)), headers: headers, body: ResponseBody(asyncSequence: response.body))
    }
}
