import Domain
import Naming
import Synchronization

/// Caches parsed repository names: one pull consists of many requests with the same name.
final class ParsedNames: Sendable {
    private let names = Mutex(BoundedDictionary<String, GatewayName>(capacity: 10_000))

    /// - Returns: nil if the text is not a valid name. This result is not cached.
    func name(_ text: String) -> GatewayName? {
        if let name = names.withLock({ $0[text] }) { return name }
        guard let name = GatewayName(parsing: text) else { return nil }
        names.withLock { $0[text] = name }
        return name
    }
}
