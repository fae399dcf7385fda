import Domain
import FoundationEssentials
import NIOCore
import Naming

/// Has tokens made for one repository, with one credential or for anybody.
struct TokenSource {
    let transport: any RegistryTransport
    let realm: TokenRealm
    let service: String?
    let path: String
    let credential: Credential?
    let deadline: NIODeadline

    /// Fewer rights than were asked for are no error, and most realms just grant them; those that refuse to are asked again
    /// for what everybody has who may use the repository.
    func token() async throws(TokenError) -> (token: Token, granted: Grants) {
        do throws(TokenError) {
            let token = try await token(for: .pullAndPush)
            return (token, Grants(claimedBy: token.secret, on: path))
        } catch .denied {
            let token = try await token(for: .pull)
            return (token, Grants(pull: Grants(claimedBy: token.secret, on: path).pull, push: .no))
        }
    }

    func token(for rights: TokenRequest.Rights) async throws(TokenError) -> Token {
        let request = TokenRequest(realm: realm, service: service, path: path, rights: rights, credential: credential)
        var response = try await send(request.get)
        if [404, 405].contains(response.status), let post = request.post { response = try await send(post) }
        return try token(in: response)
    }

    private func token(in response: RegistryResponse) throws(TokenError) -> Token {
        let fault = RegistryFault(realmAnswer: response.body)
        let answer = fault.map { "\(response.status), \($0.sentence(hiding: credential))" } ?? "\(response.status)"
        let reason = about("answered \(answer)")
        switch response.status {
        case 200:
            guard let token = Token(answer: response.body) else { throw .silent(about("answered without a token")) }
            return token
        case 300..<400: throw .silent(about("redirects elsewhere, which is not followed"))
        case 403: throw .denied(reason)
        // Nobody was refused: what was asked for is not for everybody.
        case 401 where credential == nil: throw .denied(reason)
        case 401: throw .refused(reason)
        // https://www.rfc-editor.org/rfc/rfc6749#section-5.2
        case 400 where fault?.code == "invalid_grant": throw .refused(reason)
        default: throw .silent(reason)
        }
    }

    private func send(_ request: RegistryRequest) async throws(TokenError) -> RegistryResponse {
        do {
            return try await transport.send(request, to: realm.endpoint, deadline: deadline)
        } catch .forbidden(let reason) {
            throw .forbidden(about("may not be asked: \(reason)"))
        } catch .limited(let limit) {
            throw .limited(limit)
        } catch {
            throw .silent(about("gave no token: \(error.reason)"))
        }
    }

    private func about(_ reason: String) -> String { "its token realm \(realm.endpoint.authority.apiAuthority) \(reason)" }
}

/// Why there is no token.
enum TokenError: Error, Hashable, Sendable {
    /// The credential is wrong.
    case refused(String)
    /// The rights that were asked for are not granted.
    case denied(String)
    /// Nothing that the realm answered says anything of the credential.
    case silent(String)
    /// Asking it would be a connection that nobody allowed.
    case forbidden(String)
    /// A limit of this server's was reached.
    case limited(LimitReached)
}

extension RegistryFault {
    /// What a realm says of a refusal: as a registry does, as OAuth does
    /// (https://www.rfc-editor.org/rfc/rfc6749#section-5.2), or as Docker Hub does, in `details`.
    fileprivate init?(realmAnswer body: [UInt8]) {
        if let fault = RegistryFault(body) {
            self = fault
        } else if let document = try? JSONDecoder().decode(RealmFault.self, from: Data(body)), let code = document.error ?? document.details
        {
            self.init(code: code, message: document.error_description ?? "")
        } else {
            return nil
        }
    }

    private struct RealmFault: Decodable {
        let error: String?
        let error_description: String?
        let details: String?
    }
}
