import FoundationEssentials
import TestSupport
import TestValues

/// Generates requests from known parts of the API and from malformed parts.
struct RandomRequest {
    private var generator: SeededGenerator

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    private mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[Int.random(in: choices.indices, using: &generator)]
    }

    private mutating func chance(_ percent: Int) -> Bool {
        Int.random(in: 0..<100, using: &generator) < percent
    }

    mutating func isChunked() -> Bool { chance(20) }

    mutating func method() -> String {
        pick(["GET", "GET", "GET", "HEAD", "POST", "POST", "PATCH", "PATCH", "DELETE", "PUT", "OPTIONS", "TRACE", "PROPFIND"])
    }

    private static let words = [
        "api", "repo", "audit", "account", "v1", "v2", "admin", "alice", "repository", "registry", "action", "a", "b", "ubuntu",
        "acme", "user", "organization", "member", "robot", "apikey", "ci", "acme+ci", "account:admin", "read", "registry.example",
        "registry.example:5000", "localhost", "127.0.0.1", "docker.io", "library", "A", "..", ".", "", "%2F", "%00", ";", "\\", "é", "🐳",
        "x:y", "a@b",
        "01234567-89ab-4def-8123-456789abcdef", String(repeating: "a", count: 300), "'", "$", "*", "-", "_", "[::1]", "0x7f.1",
        "999999999999",
    ]

    mutating func target() -> String {
        let known = [
            "/api/repo/v1/repository/", "/api/repo/v1/admin/repository/", "/api/repo/v1/registry/", "/api/audit/v1/action/", "/healthz",
            "/", "/api/account/v1/user/", "/api/account/v1/organization/", "/api/account/v1/organization/acme/member/",
            "/api/account/v1/acme/robot/", "/api/account/v1/apikey/",
        ]
        var path =
            chance(85)
            ? pick(known) : "/" + (0..<Int.random(in: 1...5, using: &generator)).map { _ in pick(Self.words) }.joined(separator: "/")
        if chance(60) {
            path += (0..<Int.random(in: 1...3, using: &generator)).map { _ in pick(Self.words) }.joined(separator: "/") + pick(["", "/"])
        }
        return Self.ascii(chance(40) ? path + "?" + query() : path)
    }

    /// The parser rejects other bytes before they reach the server, and closes the connection.
    private static func ascii(_ text: String) -> String {
        text.utf8.map { $0 < 0x80 ? String(UnicodeScalar($0)) : "%" + String($0, radix: 16) }.joined()
    }

    private mutating func query() -> String {
        let names = [
            "limit", "offset", "name", "name__startswith", "name__contains", "registry", "in_use", "verify", "host", "is_docker_registry",
            "token", "x", "", "%", "uuid", "uuid__startswith", "state", "object", "start_date__gte", "end_date__lte", "account",
            "is_disabled",
        ]
        let values = [
            "", "0", "1", "-1", "1001", "99999999999999999999", "true", "false", "push", "%", "%FF", "%C3%A9", "%27%20OR%201=1", "+", "&",
            "=", "#",
        ]
        return (0..<Int.random(in: 0...3, using: &generator)).map { _ in
            pick(names) + pick(["=", "", "=="]) + (chance(50) ? pick(values) : pick(Self.words))
        }.joined(separator: "&")
    }

    mutating func authorization() -> Authorization {
        chance(92) ? .administrator : pick([.nobody, .field("Bearer x"), .field("Basic \u{1F433}"), .field("")])
    }

    mutating func fields() -> [(name: String, value: String)] {
        guard chance(20) else { return [] }
        let names = [
            "Accept", "Content-Type", "X-Forwarded-For", "User-Agent", "X-Request-Id", "If-None-Match", "Range", "Cookie",
            "Accept-Encoding",
        ]
        let values = [
            "*/*", "application/json", "text/html", "127.0.0.1", "application/json; charset=utf-16", "é", "", "bytes=0-1", ",,,;;;q=",
        ]
        return [(name: pick(names), value: pick(values))]
    }

    mutating func body() -> [UInt8]? {
        guard chance(70) else { return nil }
        var bytes = Array(json(depth: 0).utf8)
        if chance(20), !bytes.isEmpty { bytes[Int.random(in: bytes.indices, using: &generator)] = .random(in: 0...255, using: &generator) }
        if chance(5) { bytes += [UInt8](repeating: 0x20, count: 70_000) }
        return bytes
    }

    private mutating func json(depth: Int) -> String {
        let names = [
            "name", "username", "password", "in_use", "registry", "state", "x", "granted", "namespace", "permission", "scopes", "label",
            "expires_days", "repositories", "account", "is_administrator",
        ]
        switch Int.random(in: 0..<(depth > 18 ? 5 : 10), using: &generator) {
        case 0: return pick(["null", "true", "false"])
        case 1: return pick(["0", "-1", "1e309", "9007199254740993", "01", "NaN"])
        case 2, 3, 4: return "\"\(pick(Self.words + ["ubuntu:latest", "https://registry.example/a", "\\u0000", "\\ud83d", "\\n"]))\""
        case 5: return "[" + (0..<Int.random(in: 0...2, using: &generator)).map { _ in json(depth: depth + 1) }.joined(separator: ",") + "]"
        default:
            let members = (0..<Int.random(in: 0...3, using: &generator)).map { _ in
                "\"\(pick(names))\":\(chance(60) ? "\"\(pick(Self.words))\"" : json(depth: depth + 1))"
            }
            return "{" + members.joined(separator: ",") + "}"
        }
    }
}
