package import NIOHTTP1

/// A request that the registry in this process has received.
package struct RegistryRecord: Sendable {
    package let method: String
    /// Path and query, as they came.
    package let target: String
    package let headers: HTTPHeaders
    package var bodySize = 0

    init(_ head: HTTPRequestHead) {
        method = head.method.rawValue
        target = head.uri
        headers = head.headers
    }

    /// The target up to its query.
    package var path: String { String(target.prefix { $0 != "?" }) }

    package var authorization: String? { headers.first(name: "Authorization") }

    /// `GET /v2/`
    package var line: String { "\(method) \(target)" }
}
