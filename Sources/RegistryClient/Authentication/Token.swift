import Domain
import FoundationEssentials

/// A bearer token, as a realm issues it (https://distribution.github.io/distribution/spec/auth/token/).
struct Token: Hashable, Sendable {
    let secret: Secret
    /// The validity from the request for the token on.
    let lifetime: Duration

    /// The validity where the realm states none, and the least.
    static let shortestLifetime = Duration.seconds(60)
    /// A token is renewed after this time even if the realm states a longer validity.
    static let longestLifetime = Duration.hours(1)
    /// A longer validity than this is taken for an error.
    private static let credibleLifetime = Duration.hours(24)

    /// Reads a realm's response; nil for one without a token that can be sent.
    init?(response body: [UInt8], now: Date = Date()) {
        guard let document = try? JSONDecoder().decode(Document.self, from: Data(body)) else { return nil }
        let candidates = [document.accessToken, document.token].compactMap(\.self)
        guard let text = candidates.first(where: { !$0.isEmpty }), text.utf8.count <= Self.maximumSize,
            text.utf8.allSatisfy(Self.isSendable)
        else { return nil }
        secret = Secret(text)
        lifetime = Self.lifetime(stated: document.expiresIn, by: secret, now)
    }

    private static func lifetime(stated seconds: Double?, by token: Secret, _ now: Date) -> Duration {
        var lifetime = seconds.map { Duration.seconds($0) } ?? shortestLifetime
        if lifetime > credibleLifetime {
            let limit = credibleLifetime / .seconds(1)
            let expiry = TokenClaims(token)?.exp.map { Duration.seconds(min(max($0 - now.timeIntervalSince1970, 0), limit)) }
            lifetime = expiry ?? shortestLifetime
        }
        return min(max(lifetime, shortestLifetime), longestLifetime)
    }

    /// In bytes. Registries and proxies accept no larger header field.
    private static let maximumSize = 16 << 10

    /// https://www.rfc-editor.org/rfc/rfc6750#section-2.1
    var authorization: Secret { Secret("Bearer \(secret.revealed())") }

    /// Nothing that ends a header field, or the token in it.
    private static func isSendable(_ byte: UInt8) -> Bool { (0x21...0x7E).contains(byte) }

    private struct Document: Decodable {
        let token: String?
        let accessToken: String?
        /// In seconds; nil also for anything that is not a number between -1 and 10^12.
        let expiresIn: Double?

        private enum Name: String, CodingKey {
            case token
            case accessToken = "access_token"
            case expiresIn = "expires_in"
        }

        init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: Name.self)
            token = try? members.decodeIfPresent(String.self, forKey: .token)
            accessToken = try? members.decodeIfPresent(String.self, forKey: .accessToken)
            let number = try? members.decodeIfPresent(Double.self, forKey: .expiresIn)
            let text = (try? members.decodeIfPresent(String.self, forKey: .expiresIn)).flatMap { Double($0) }
            expiresIn = (number ?? text).flatMap { (-1...1e12).contains($0) ? $0 : nil }
        }
    }
}

extension Duration {
    fileprivate static func hours(_ hours: Int) -> Duration { .seconds(hours * 3600) }
}
