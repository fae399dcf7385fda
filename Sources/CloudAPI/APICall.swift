import Domain
import HTTPSupport
import Naming
import Operations
import Synchronization
import Wire

/// The object that the body of a call names, such as a repository that is to be registered.
final class CallSubject: Sendable {
    private let named = Mutex<Action.Object?>(nil)

    var object: Action.Object? {
        get { named.withLock { $0 } }
        set { named.withLock { $0 = newValue } }
    }
}

/// An authenticated request to the API.
struct APICall: Sendable {
    let call: Call
    let path: APIPath
    let caller: Caller
    let backend: Backend
    let subject = CallSubject()

    var query: Query { call.target.query }
    /// The namespace in the path, if any.
    var namespace: NamespaceName? { path.namespace }
    /// The namespace that the request is about: the one in the path, or the caller's own.
    var targetNamespace: NamespaceName { namespace ?? caller.identity.home }

    /// Names the object of the call, for the record of a call that fails.
    func names(_ object: Action.Object) { subject.object = object }

    /// Decodes the body.
    func body<Body>(_ read: (JSON) throws(BodyError) -> Body) async throws -> Body {
        let json = try await json()
        do {
            return try read(json)
        } catch {
            throw RequestError.invalid(error.description)
        }
    }

    /// Parses the body as JSON. Malformed JSON is 415; every other error in the body is 400.
    private func json() async throws -> JSON {
        let bytes = try await call.readBody()
        guard !bytes.isEmpty else { throw RequestError.invalid("The request has no body") }
        do {
            return try JSONReader.read(bytes)
        } catch .syntax(let offset) {
            throw RequestError.unsupported("The body is not valid JSON, from byte \(offset) on")
        } catch .notUTF8 {
            throw RequestError.unsupported("The body is not JSON in UTF-8")
        } catch .tooDeep(let limit) {
            throw RequestError.invalid("The body is nested more than \(limit) levels deep")
        } catch .duplicateMember(let name) {
            throw RequestError.invalid("The member '\(name.prefix(64))' is in the body twice")
        }
    }
}

// Parses members of bodies and query parameters. Malformed values throw 400 with the reason.
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
