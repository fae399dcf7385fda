import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

/// Sends requests to the API of a server, by default as its administrator.
struct APIClient: Sendable {
    let url: String
    let authorization: String

    init(_ server: LightermanProcess) throws {
        let environment = try server.administratorEnvironment()
        self.init(server, account: environment["DOCKERCLOUD_USER"] ?? "", key: environment["DOCKERCLOUD_APIKEY"] ?? "")
    }

    init(_ server: LightermanProcess, account: String, key: String) {
        url = server.url
        authorization = "Basic \(Data("\(account):\(key)".utf8).base64EncodedString())"
    }

    struct Answer: Sendable {
        let status: Int
        let headers: [(String, String)]
        let body: String

        /// The response body as JSON, which a test checks in part.
        func decoded<Body: Decodable>(_ type: Body.Type = Body.self) throws -> Body {
            try JSONDecoder().decode(type, from: Data(body.utf8))
        }

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

/// A list; the test chooses the members of each object.
struct ListedPage<Object: Decodable>: Decodable {
    struct Meta: Decodable {
        let total_count: Int
    }

    let meta: Meta
    let objects: [Object]
}

/// The members of an action that tests check.
struct ActionObject: Decodable, Hashable {
    let action: String
    let object: String
    let state: String
    let status: Int?
    let attempts: Int
    let user: String
    let uuid: String
    let user_agent: String
    let is_user_action: Bool
}

/// The members of an API key that tests check.
struct KeyObject: Decodable, Hashable {
    let id: String
    let key: String?
    let label: String
    let expires_datetime: String?
    let last_used_datetime: String?
    let scopes: [String]
}

extension APIClient {
    /// The actions of a namespace, oldest first.
    func actions(_ query: String = "") async throws -> [ActionObject] {
        let answer = try await call("GET", "/api/audit/v1/action/?limit=1000\(query)")
        return try answer.decoded(ListedPage<ActionObject>.self).objects.reversed()
    }

    func makeUser(_ name: String, isAdministrator: Bool = false) async throws {
        let body = #"{"name": "\#(name)", "is_administrator": \#(isAdministrator)}"#
        let answer = try await call("POST", "/api/account/v1/user/", body)
        try #require(answer.status == 201, "\(answer.text)")
    }

    /// Creates a key.
    /// - Returns: the server's response.
    func makeKey(_ members: String = "{}") async throws -> KeyObject {
        let answer = try await call("POST", "/api/account/v1/apikey/", members)
        try #require(answer.status == 201, "\(answer.text)")
        return try answer.decoded()
    }
}
