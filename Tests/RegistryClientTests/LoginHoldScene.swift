import NIOCore
import Naming
import Testing

@testable import RegistryClient

/// Holds with a manual clock, and the login that most tests use.
struct LoginHoldScene {
    let time = StoppedTime()
    let holds: LoginHolds
    let key: LoginHolds.Key

    init() throws {
        holds = LoginHolds { [time] in time.now }
        key = try Self.key(1)
    }

    /// Sends a login, if it is not held; the response arrives a moment later.
    ///
    /// - Returns: the hold that the response started or extended.
    @discardableResult
    func send(
        _ key: LoginHolds.Key? = nil, for use: LoginUse = LoginHoldScene.use(), because cause: LoginCause = .use, accepted: Bool?
    ) throws -> LoginRefusal? {
        let key = key ?? self.key
        let (isProbe, sent) = (try holds.begin(key, for: use, because: cause), time.now)
        time.advance(by: .milliseconds(1))
        return holds.end(key, for: use, accepted: accepted, sent: sent, isProbe: isProbe)?.refusal
    }

    /// The refusal of a held login; nil for a login that may be sent.
    func hold(_ key: LoginHolds.Key? = nil, for use: LoginUse = LoginHoldScene.use(), because cause: LoginCause = .use) -> LoginRefusal? {
        let key = key ?? self.key
        do throws(LoginRefusal) {
            try holds.check(key, for: use, because: cause)
            let isProbe = try holds.begin(key, for: use, because: cause)
            holds.end(key, for: use, accepted: nil, sent: time.now, isProbe: isProbe)
            return nil
        } catch {
            return error
        }
    }

    static func use(_ purpose: LoginUse.Purpose = .pull, of path: String = "team/image") -> LoginUse {
        LoginUse(purpose, of: .sample(path))
    }

    static func key(_ fingerprint: Int, at registry: String = "registry.example") throws -> LoginHolds.Key {
        LoginHolds.Key(registry: try RegistryAuthority(parsing: registry), fingerprint: fingerprint)
    }
}

extension RepositoryName {
    /// A repository on a registry that does not exist.
    static func sample(_ path: String = "team/image") -> RepositoryName {
        guard let name = try? RepositoryName(parsing: "registry.example/\(path)") else { preconditionFailure("\(path) is no path") }
        return name
    }
}
