package import NIOHTTP1

/// A request that the registry in this process has received.
package struct RegistryRecord: Sendable {
    package let method: String
    /// Path and query, as they came.
    package let target: String
    package let headers: HTTPHeaders
    package internal(set) var body: [UInt8] = []

    init(_ head: HTTPRequestHead) {
        method = head.method.rawValue
        target = head.uri
        headers = head.headers
    }

    /// The target up to its query.
    package var path: String { String(target.prefix { $0 != "?" }) }

    /// What comes behind it.
    package var query: String { String(target.dropFirst(path.count + 1)) }

    package var bodySize: Int { body.count }

    package var authorization: String? { headers.first(name: "Authorization") }

    /// `GET /v2/`
    package var line: String { "\(method) \(target)" }
}
