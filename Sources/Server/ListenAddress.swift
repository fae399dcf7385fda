import Domain
import HTTPSupport

/// A listen address as configured: `127.0.0.1:8080`, `localhost:0`, `[::1]:8080`.
struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    let host: String
    let port: Int

    init(_ text: String, option: String = "--listen") throws(StartError) {
        let wrong = StartError(.configuration, "\(option) must be HOST:PORT, such as 127.0.0.1:8080, not '\(text)'")
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]), (0...65535).contains(port) else {
            throw wrong
        }
        let host = text[..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        self.host = String(isBracketed ? host.dropFirst().dropLast() : host)
        self.port = port
        guard !self.host.isEmpty, isBracketed == self.host.contains(":") else { throw wrong }
    }

    var isLoopback: Bool { host == "localhost" || IPAddress(host)?.isLoopback == true }

    /// The host in URL notation.
    var urlHost: String { host.contains(":") ? "[\(host)]" : host }
    var description: String { "\(urlHost):\(port)" }
}
