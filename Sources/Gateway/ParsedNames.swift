import Synchronization

/// Remembers how the names of repositories were parsed: an image is pulled in many requests with the same name.
final class ParsedNames: Sendable {
    private let names = Mutex<[String: GatewayName]>([:])
    private static let capacity = 10_000

    /// - Returns: nil if the text is no name. That is not remembered.
    func name(_ text: String) -> GatewayName? {
        if let name = names.withLock({ $0[text] }) { return name }
        guard let name = GatewayName(parsing: text) else { return nil }
        names.withLock { names in
            if names.count >= Self.capacity { names = [:] }
            names[text] = name
        }
        return name
    }
}
