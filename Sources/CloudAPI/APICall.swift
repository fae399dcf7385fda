import Domain
import HTTPSupport
import Naming
import Operations
import Wire

/// A call of the API by somebody who is known.
struct APICall: Sendable {
    let call: Call
    let path: APIPath
    let caller: Caller
    let backend: Backend

    var query: Query { call.target.query }
    /// The namespace that the path names.
    var namespace: NamespaceName? { path.namespace }
    /// The namespace that is meant.
    var meant: NamespaceName { namespace ?? caller.identity.home }

    /// The body as what the resource takes.
    func body<Body>(_ read: (JSON) throws(BodyError) -> Body) async throws -> Body {
        let json = try await json()
        do {
            return try read(json)
        } catch {
            throw RequestError.invalid(error.description)
        }
    }

    /// The body as JSON. That it is none is the only thing about a body that is not a matter of its content.
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
