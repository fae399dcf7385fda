/// The result of a check of `lighterman doctor`, as one line.
struct Finding: Hashable, Sendable {
    /// The checks, in their order.
    enum Check: String, Sendable, CaseIterable {
        case modes, descriptors, tls, clock, database, keys, rows, registries
    }

    let check: Check
    let isGood: Bool
    let text: String

    static func good(_ check: Check, _ text: String) -> Finding { Finding(check: check, isGood: true, text: text) }
    static func bad(_ check: Check, _ text: String) -> Finding { Finding(check: check, isGood: false, text: text) }

    var line: String { "\(isGood ? "ok" : "FAILED") \(check): \(text)" }
}
