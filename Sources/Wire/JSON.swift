/// A JSON value (RFC 8259). ``JSONReader`` parses it strictly.
package enum JSON: Hashable, Sendable {
    case null
    case bool(Bool)
    /// The number in its original spelling.
    case number(String)
    case string(String)
    case array([JSON])
    case object([String: JSON])

    /// The kind of value with its article, for error messages.
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

// Redacted, because a value may be a password.
extension JSON: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "JSON(\(kind))" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

package enum JSONError: Error, Hashable, Sendable {
    /// The text is not JSON from this byte on.
    case syntax(offset: Int)
    case notUTF8
    case tooDeep(limit: Int)
    case duplicateMember(String)
}
