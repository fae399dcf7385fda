import Domain
import Testing

@testable import RegistryClient

@Suite("Login responses")
struct LoginAcceptanceTests {
    @Test("A response accepts a login, refuses it, or is inconclusive", arguments: LoginAcceptanceRow.all)
    func acceptance(_ row: LoginAcceptanceRow) {
        let credential = Credential(username: Secret("a"), password: Secret("b"))
        let login = TransportRequest.Login(credential, for: LoginUse(of: .sample()), cause: .use, at: row.receiver)
        #expect(login.isAccepted(by: row.status, row.challenges) == row.isAccepted)
    }

    @Test("A login is identified by user name and password")
    func fingerprint() {
        func fingerprint(_ username: String, _ password: String) -> Int {
            let credential = Credential(username: Secret(username), password: Secret(password))
            return TransportRequest.Login(credential, for: LoginUse(of: .sample()), cause: .use).fingerprint
        }
        let logins = [("a", "b"), ("b", "a"), ("a", ""), ("", "a"), ("", ""), ("ab", ""), ("a", "bb"), ("A", "b")]
        #expect(Set(logins.map { fingerprint($0.0, $0.1) }).count == logins.count)
        #expect(fingerprint("a", "b") == fingerprint("a", "b"))
    }
}

struct LoginAcceptanceRow: Sendable, CustomTestStringConvertible {
    let receiver: TransportRequest.Login.Receiver
    let status: Int
    var challenges: [Challenge] = []
    /// nil for an inconclusive response.
    let isAccepted: Bool?

    var testDescription: String { "\(receiver): \(status) \(challenges.map(\.scheme))" }

    static let all = registry + mounts + realms

    private static let basic = Challenge(scheme: "basic", parameters: ["realm": "a"])
    private static let bearer = Challenge(scheme: "bearer", parameters: ["realm": "https://registry.example/token"])
    private static let digest = Challenge(scheme: "digest", parameters: ["realm": "a"])

    private static let registry =
        [200, 201, 202, 204, 206, 403, 404, 405, 416].map { LoginAcceptanceRow(receiver: .registry, status: $0, isAccepted: true) }
        + [301, 307, 400, 409, 429, 500, 502, 503].map { LoginAcceptanceRow(receiver: .registry, status: $0, isAccepted: nil) } + [
            LoginAcceptanceRow(receiver: .registry, status: 401, isAccepted: false),
            LoginAcceptanceRow(receiver: .registry, status: 401, challenges: [basic], isAccepted: false),
            LoginAcceptanceRow(receiver: .registry, status: 401, challenges: [bearer, basic], isAccepted: false),
            LoginAcceptanceRow(receiver: .registry, status: 401, challenges: [bearer], isAccepted: nil),
            LoginAcceptanceRow(receiver: .registry, status: 401, challenges: [digest], isAccepted: nil),
            LoginAcceptanceRow(receiver: .registry, status: 403, challenges: [basic], isAccepted: true),
        ]

    /// A registry may refuse a mount because of the source repository.
    private static let mounts =
        [200, 201, 202].map { LoginAcceptanceRow(receiver: .mount, status: $0, isAccepted: true) }
        + [400, 401, 403, 404, 405, 429, 500].map { LoginAcceptanceRow(receiver: .mount, status: $0, isAccepted: nil) } + [
            LoginAcceptanceRow(receiver: .mount, status: 401, challenges: [basic], isAccepted: nil)
        ]

    /// A realm accepts a login only by issuing a token.
    private static let realms = [false, true].flatMap { isForm in
        let receiver = TransportRequest.Login.Receiver.realm(isForm: isForm)
        let silent = [301, 307, 403, 404, 405, 416, 429, 500, 503]
        return [200, 201].map { LoginAcceptanceRow(receiver: receiver, status: $0, isAccepted: true) }
            + silent.map { LoginAcceptanceRow(receiver: receiver, status: $0, isAccepted: nil) } + [
                LoginAcceptanceRow(receiver: receiver, status: 401, isAccepted: false),
                LoginAcceptanceRow(receiver: receiver, status: 401, challenges: [basic], isAccepted: false),
                // https://www.rfc-editor.org/rfc/rfc6749#section-5.2
                LoginAcceptanceRow(receiver: receiver, status: 400, isAccepted: isForm ? false : nil),
            ]
    }
}
