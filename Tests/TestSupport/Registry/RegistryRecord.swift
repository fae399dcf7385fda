import Foundation
package import NIOHTTP1

/// A request that the registry in this process has received.
package struct RegistryRecord: Sendable {
    package let method: String
    /// Path and query, unchanged.
    package let target: String
    package let headers: HTTPHeaders
    package internal(set) var body: [UInt8] = []
    /// The number of earlier requests on the same connection.
    package internal(set) var precedingCount = 0

    init(_ head: HTTPRequestHead) {
        method = head.method.rawValue
        target = head.uri
        headers = head.headers
    }

    /// The target up to its query.
    package var path: String { String(target.prefix { $0 != "?" }) }

    /// The query, without the question mark.
    package var query: String { String(target.dropFirst(path.count + 1)) }

    /// The decoded value of a query parameter; nil if there is none.
    package func parameter(_ name: String) -> String? { parameters(name).first }

    /// All decoded values of a query parameter.
    package func parameters(_ name: String) -> [String] {
        query.split(separator: "&").filter { $0.hasPrefix("\(name)=") }.map {
            let value = $0.dropFirst(name.utf8.count + 1)
            return value.removingPercentEncoding ?? String(value)
        }
    }

    package var bodySize: Int { body.count }

    package var authorization: String? { headers.first(name: "Authorization") }

    /// `GET /v2/`
    package var line: String { "\(method) \(target)" }
}
