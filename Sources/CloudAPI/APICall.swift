import Domain
import HTTPSupport
import Naming
import Operations
import Wire

/// An error of a call, with the object that its body names, such as a repository that is to be registered.
struct FailedCall: Error {
    let error: any Error
    let object: Action.Object
}

/// An authenticated request to the API.
struct APICall: Sendable {
    let call: Call
    let path: APIPath
    let caller: Caller
    let backend: Backend
    /// The authorities under which clients reach the gateway.
    let gateways: Set<RegistryAuthority>

    var query: Query { call.target.query }
    /// The namespace in the path, if any.
    var namespace: NamespaceName? { path.namespace }
    /// The namespace that the request is about: the one in the path, or the caller's own.
    var targetNamespace: NamespaceName { namespace ?? caller.identity.home }

    /// Runs a call on the object that its body names. Its errors carry the object, for the record of the failure.
    func on<Value>(_ object: Action.Object, _ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch {
            throw FailedCall(error: error, object: object)
        }
    }

    /// Decodes the body.
    func body<Body>(_ read: (JSON) throws(BodyError) -> Body) async throws -> Body {
        try decode(try await call.readBody(), read)
    }

    /// Decodes a body that was read.
    func decode<Body>(_ bytes: [UInt8], _ read: (JSON) throws(BodyError) -> Body) throws -> Body {
        let json = try json(bytes)
        do {
            return try read(json)
        } catch {
            throw RequestError.invalid(error.description)
        }
    }

    /// Parses a body as JSON. Malformed JSON is 415; every other error in the body is 400.
    private func json(_ bytes: [UInt8]) throws -> JSON {
        guard !bytes.isEmpty else { throw RequestError.invalid("The request has no body") }
        do {
            return try JSONReader.read(bytes)
        } catch .syntax(let offset) {
            throw ResponseError.unsupportedMediaType("The body is not valid JSON, from byte \(offset) on")
        } catch .notUTF8 {
            throw ResponseError.unsupportedMediaType("The body is not JSON in UTF-8")
        } catch .tooDeep(let limit) {
            throw RequestError.invalid("The body is nested more than \(limit) levels deep")
        } catch .duplicateMember(let name) {
            throw RequestError.invalid("The member '\(name.prefix(64))' is in the body twice")
        }
    }
}

// Parses members of bodies and query parameters. Malformed values throw 400 with the reason.
