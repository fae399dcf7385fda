import Domain
import HTTPSupport
import Naming
import Operations
import Wire

extension Route {
    /// Parses a name; nil for nil.
    static func read<Value>(
        _ text: String?, _ member: String, as parse: (String) throws(NamingError) -> Value
    ) throws(RequestError) -> Value? {
        guard let text else { return nil }
        do {
            return try parse(text)
        } catch {
            throw .invalid(member == "name" ? "Invalid name: \(error)" : "Invalid \(member): \(error)")
        }
    }

    static func required<Value>(
        _ text: String?, _ member: String, as parse: (String) throws(NamingError) -> Value
    ) throws(RequestError) -> Value {
        guard let value = try read(text, member, as: parse) else { throw .invalid("The member '\(member)' is missing") }
        return value
    }

    /// Parses one of a fixed set of words; nil for nil.
    static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ text: String?, _ member: String, _ type: Choice.Type = Choice.self
    ) throws(RequestError) -> Choice? {
        guard let text else { return nil }
        guard let choice = Choice(rawValue: text) else {
            throw .invalid("\(member) must be one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return choice
    }
}
