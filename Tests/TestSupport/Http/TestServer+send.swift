package import Domain
import FoundationEssentials

/// What a request says of who sends it.
package enum Authorization: Sendable {
    /// The administrator's key, as Basic.
    case administrator
    case nobody
    case basic(String, APIKeySecret)
    case bearer(APIKeySecret)
    /// A field of exactly this value.
    case field(String)
}

extension TestServer {
    /// Sends one request on a connection of its own.
    package func send(
        _ method: String, _ target: String, as authorization: Authorization = .administrator,
        _ fields: [(name: String, value: String)] = [], body: String? = nil
    ) async throws -> RawResponse {
        try await send(request(method, target, as: authorization, fields, body: body.map { Array($0.utf8) }))
    }

    package func send(_ request: RawRequest) async throws -> RawResponse {
        try await RawConnection.exchange(request, port: port)
    }

    /// A request with the header field that its sender needs.
    package func request(
        _ method: String, _ target: String, as authorization: Authorization = .administrator,
        _ fields: [(name: String, value: String)] = [], body: [UInt8]? = nil
    ) -> RawRequest {
        let own = value(of: authorization).map { [(name: "Authorization", value: $0)] } ?? []
        return RawRequest(method, target, own + fields, body: body)
    }

    package func value(of authorization: Authorization) -> String? {
        switch authorization {
        case .administrator: Self.basic("admin:\(backend.key.revealed())")
        case .nobody: nil
        case .basic(let account, let key): Self.basic("\(account):\(key.revealed())")
        case .bearer(let key): "Bearer \(key.revealed())"
        case .field(let value): value
        }
    }

    package static func basic(_ pair: String) -> String {
        "Basic \(Data(pair.utf8).base64EncodedString())"
    }
}
