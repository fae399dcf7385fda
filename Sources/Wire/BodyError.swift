/// A body that is valid JSON but not valid for the resource.
package enum BodyError: Error, Hashable, Sendable, CustomStringConvertible {
    case notAnObject(found: String)
    case unknownMember(String, known: String)
    case wrongType(member: String, expected: String, found: String)
    /// A value of the right type that is not valid for its member.
    case invalidValue(member: String, expected: String)
    case missingMember(String)

    package var description: String {
        switch self {
        case .notAnObject(let found): "The body must be a JSON object, not \(found)"
        case .unknownMember(let name, let known): "Unknown member '\(name.prefix(64))': \(known)"
        case .wrongType(let member, let expected, let found): "The member '\(member)' must be \(expected), not \(found)"
        case .invalidValue(let member, let expected): "The member '\(member)' must be \(expected)"
        case .missingMember(let member): "The member '\(member)' is missing"
        }
    }

    /// The same error for a member of an inner object, which `prefix` names: `services[3].`.
    func prefixed(by prefix: String) -> Self {
        switch self {
        case .notAnObject(let found): .wrongType(member: String(prefix.dropLast()), expected: "an object", found: found)
        case .unknownMember(let name, let known): .unknownMember(prefix + name, known: known)
        case .wrongType(let member, let expected, let found): .wrongType(member: prefix + member, expected: expected, found: found)
        case .invalidValue(let member, let expected): .invalidValue(member: prefix + member, expected: expected)
        case .missingMember(let member): .missingMember(prefix + member)
        }
    }
}

// Accessors for members of a required type; nil means `null`.
extension JSON {
    func text(of member: String) throws(BodyError) -> String? {
        switch self {
        case .null: nil
        case .string(let text): text
        default: throw .wrongType(member: member, expected: "a string", found: kind)
        }
    }

    func flag(of member: String) throws(BodyError) -> Bool? {
        switch self {
        case .null: nil
        case .bool(let flag): flag
        default: throw .wrongType(member: member, expected: "a boolean", found: kind)
        }
    }

    func wholeNumber(of member: String) throws(BodyError) -> Int? {
        switch self {
        case .null: return nil
        case .number(let digits):
            guard let number = Int(digits) else { throw .wrongType(member: member, expected: "a whole number", found: "another one") }
            return number
        default: throw .wrongType(member: member, expected: "a whole number", found: kind)
        }
    }

    func texts(of member: String) throws(BodyError) -> [String]? {
        switch self {
        case .null: return nil
        case .array(let elements):
            var texts: [String] = []
            for element in elements {
                guard case .string(let text) = element else {
                    throw .wrongType(member: member, expected: "an array of strings", found: "an array with \(element.kind)")
                }
                texts.append(text)
            }
            return texts
        default: throw .wrongType(member: member, expected: "an array of strings", found: kind)
        }
    }

    func members() throws(BodyError) -> [(key: String, value: JSON)] {
        guard case .object(let members) = self else { throw .notAnObject(found: kind) }
        return members.sorted { $0.key < $1.key }
    }
}

/// The body of every error response.
package struct ErrorBody: Codable, Hashable, Sendable {
    /// A sentence, or several, for people.
    package var error: String
    /// The kind of error, for programs; absent if the status is sufficient.
    package var code: String?

    package init(error: String, code: String? = nil) {
        self.error = error
        self.code = code
    }

    /// The code of a credential that the registry does not accept.
    package static let credentialRejected = "credential_rejected"
    /// The code of a credential that was not sent, because the registry rejected it before.
    package static let credentialWithheld = "credential_withheld"
}
