/// A JSON text (RFC 8259), read strictly: see ``JSONReader`` for what is refused.
package enum JSON: Hashable, Sendable {
    case null
    case bool(Bool)
    /// The number as it was written.
    case number(String)
    case string(String)
    case array([JSON])
    case object([String: JSON])

    /// What a person calls it, with its article.
    package var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// Silent, for what was read may be a password.
extension JSON: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "JSON(\(kind))" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

package enum JSONError: Error, Hashable, Sendable {
    /// No JSON, from this byte on.
    case syntax(offset: Int)
    case notUTF8
    case tooDeep(limit: Int)
    case duplicateMember(String)
}
